/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: wrappers around intercepted functions, which call the rest of the function themselves.
 * Kernel source: kernel/trace/ftrace.c, kernel/kprobes.c.
 */
#ifndef SYSVIPC_INTERCEPT_AROUND_H
#define SYSVIPC_INTERCEPT_AROUND_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * Call when loading is certain to succeed: allows tasks to pin the module.  Before, functions that may
 * wait for user space run without their wrapper.
 */
void intercept_around_open(void);

KAPI_END

#endif
