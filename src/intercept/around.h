/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: wrappers around kernel functions (watch.c, leaving.c; landings.S of each architecture). */
#ifndef SYSVIPC_SRC_INTERCEPT_AROUND_H
#define SYSVIPC_SRC_INTERCEPT_AROUND_H

#include <linux/types.h>

/* Called by assembly: link-time optimisation must keep them. */
#define ENTRY_POINT __attribute__((__externally_visible__))

/*
 * A task inside a wrapped function may wait for user space, so it pins the module meanwhile.
 * False: this call runs unobserved.
 */
bool around_pin(void);
void around_unpin(void);

/*
 * Assembly: runs the rest of a function, from @rest on; returns its result.  @by_probe: a kprobe is there,
 * and must let this call pass.
 */
long sysvipc_call_rest(long first, long second, long third, long fourth, unsigned long rest,
		       unsigned long by_probe);

#endif
