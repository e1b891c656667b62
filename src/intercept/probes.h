/* SPDX-License-Identifier: GPL-2.0 */
/* Unregistering kprobes. */
#ifndef SYSVIPC_SRC_INTERCEPT_PROBES_H
#define SYSVIPC_SRC_INTERCEPT_PROBES_H

#include <linux/kprobes.h>

/*
 * None of them is hit any more; one grace period for all.  Else intercept_stuck() tells which the kernel cannot
 * take away, and their memory is not to be freed.  -ENODEV; sleeps.
 */
int kapi_probes_unregister(struct kprobe **probes, unsigned int count);

#endif
