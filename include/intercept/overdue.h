/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: reports which tasks delay unloading.  Kernel source: <linux/sched/signal.h>, <asm/syscall.h>. */
#ifndef SYSVIPC_INTERCEPT_OVERDUE_H
#define SYSVIPC_INTERCEPT_OVERDUE_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * Starting five seconds after start(), then less and less often until stop(), logs which processes
 * are, or just were, in a call that the module serves, provided that @is_inside() is true.  stop()
 * sleeps.
 */
void intercept_overdue_start(bool (*is_inside)(void) KAPI_NOEXCEPT);
void intercept_overdue_stop(void);

KAPI_END

#endif
