/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: wrappers around intercepted functions, which run the rest of the function when they choose.
 * Kernel source: arch/x86/kernel/kprobes/core.c.
 */
#ifndef SYSVIPC_INTERCEPT_AROUND_H
#define SYSVIPC_INTERCEPT_AROUND_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_regs;

/*
 * Has a function do what it has still to do, from @rest on: where a direct call returns to, or where a kprobe
 * stands.  Its result.  The module is pinned, or whoever calls is counted, until it returns.
 */
long intercept_call_rest(long first, long second, long third, long fourth, unsigned long rest);
/* A probe's filter: whether the function begins, and is not called by the above. */
bool intercept_is_beginning(const struct kapi_regs *registers) KAPI_NOEXCEPT;

/*
 * The module is certain to stay until it is unloaded: a task may be pinned to it now.  None goes around a
 * function that may wait for user space before.
 */
void intercept_around_open(void);

KAPI_END

#endif
