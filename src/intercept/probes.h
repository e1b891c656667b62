/* SPDX-License-Identifier: GPL-2.0 */
/* Unregistering kprobes. */
#ifndef SYSVIPC_SRC_INTERCEPT_PROBES_H
#define SYSVIPC_SRC_INTERCEPT_PROBES_H

#include <linux/kprobes.h>

/*
 * Removes the probes; one grace period for all.  -ENODEV: the kernel cannot remove the probe that
 * intercept_stuck() names, and the caller must not free the memory of any.  Sleeps.
 */
int probes_unregister(struct kprobe **probes, unsigned int count);

#endif
