/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: wrappers around intercepted functions, which run the rest of the function when they choose.
 * Kernel source: kernel/trace/ftrace.c, kernel/kprobes.c.
 */
#ifndef SYSVIPC_INTERCEPT_AROUND_H
#define SYSVIPC_INTERCEPT_AROUND_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * Loading is certain to succeed: tasks may pin the module from now on.  Before, functions that may
 * wait for user space run without their wrapper.
 */
void intercept_around_open(void);

KAPI_END

#endif
