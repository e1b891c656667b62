/* SPDX-License-Identifier: GPL-2.0 */
/* host: reports which tasks delay unloading.  Kernel source: <linux/sched/signal.h>, <asm/syscall.h>. */
#ifndef SYSVIPC_HOST_OVERDUE_H
#define SYSVIPC_HOST_OVERDUE_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * From five seconds on after the one, and ever more rarely, until the other, the log names the processes that
 * are in a call which the module serves, or served until just now, if @is_inside() is true.  The other sleeps.
 */
void host_overdue_start(bool (*is_inside)(void) KAPI_NOEXCEPT);
void host_overdue_stop(void);

KAPI_END

#endif
