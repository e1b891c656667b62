/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: wrappers around kernel functions (watch.c, leaving.c; intercept_x86_64.S). */
#ifndef SYSVIPC_SRC_INTERCEPT_AROUND_H
#define SYSVIPC_SRC_INTERCEPT_AROUND_H

#include <linux/types.h>

/* Called by assembly: link-time optimisation must leave them. */
#define ENTRY_POINT __attribute__((__externally_visible__))

/*
 * Who goes around a function may wait in it for user space, and pins the module meanwhile.  False: this call
 * goes unobserved.
 */
bool around_pin(void);
void around_unpin(void);

/*
 * Assembly: has a function do what it has still to do, from @rest on; its result.  @by_probe: a kprobe stands
 * there, which has to let this call pass.
 */
long sysvipc_call_rest(long first, long second, long third, long fourth, unsigned long rest,
		       unsigned long by_probe);

#endif
