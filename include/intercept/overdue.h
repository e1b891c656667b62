/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: reports tasks that delay unloading.  Kernel source: <linux/sched/signal.h>, <asm/syscall.h>. */
#ifndef SYSVIPC_INTERCEPT_OVERDUE_H
#define SYSVIPC_INTERCEPT_OVERDUE_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * From five seconds after start() until stop(), at growing intervals, logs the processes that are, or just
 * were, in a call that the module serves, if @is_inside() is true.  stop() sleeps.
 */
void intercept_overdue_start(bool (*is_inside)(void) KAPI_NOEXCEPT);
void intercept_overdue_stop(void);

KAPI_END

#endif
