/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: wrappers around intercepted functions, which run the rest of the function when they choose.
 * Kernel source: arch/x86/kernel/kprobes/core.c.
 */
#ifndef SYSVIPC_INTERCEPT_AROUND_H
#define SYSVIPC_INTERCEPT_AROUND_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * The module is certain to stay until it is unloaded: a task may be pinned to it now.  None goes around a
 * function that may wait for user space before.
 */
void intercept_around_open(void);

KAPI_END

#endif
