/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: task events: creation, exit, end of sharing.
 * Kernel source: kernel/exit.c, kernel/fork.c, <trace/events/task.h>.
 */
#ifndef SYSVIPC_INTERCEPT_WATCH_H
#define SYSVIPC_INTERCEPT_WATCH_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_ipc_ns;
struct kapi_regs;
struct kapi_task;

/* --- Implemented by the C++ side (src/entry/task_events.cpp, interceptions.cpp) */

/*
 * By the parent, before the child runs; flags as given to clone(2).  Preemption is disabled, unless
 * spinlocks sleep; must not sleep but for those.
 */
void sysvipc_task_begun(struct kapi_task *child, unsigned long clone_flags) KAPI_NOEXCEPT;
/* By the task itself: whether sysvipc_task_ended() has anything to do.  Preemption may be disabled. */
bool sysvipc_task_has_share(void) KAPI_NOEXCEPT;
/*
 * By the task itself, preemptible, when its memory is gone, before its parent can learn of its
 * death.  Must not wait for user space.  It has no share afterwards.
 */
void sysvipc_task_ended(void) KAPI_NOEXCEPT;
/* By the task itself, preemptible, when its unshare(2) or setns(2) has succeeded: CLONE_* flags. */
void sysvipc_task_unshared(unsigned long flags) KAPI_NOEXCEPT;
void sysvipc_task_entered(unsigned long flags) KAPI_NOEXCEPT;
/* When host_ipc_ns_ending_symbol() is called, with what that has of locks and context. */
void sysvipc_before_ipc_ns_ending(struct kapi_ipc_ns *ns) KAPI_NOEXCEPT;

/* --- Filters of probes on the functions that are intercepted (intercept/intercept.h) */

bool intercept_is_before_exit_files(const struct kapi_regs *registers) KAPI_NOEXCEPT;
bool intercept_is_around_leaving(const struct kapi_regs *registers)
	KAPI_NOEXCEPT; /* unshare(2), setns(2) */
/* PREEMPT_RT only; false elsewhere. */
bool intercept_is_around_copy_process(const struct kapi_regs *registers) KAPI_NOEXCEPT;
/* Calls sysvipc_before_ipc_ns_ending() itself; false. */
bool intercept_notice_ipc_ns_ending(const struct kapi_regs *registers) KAPI_NOEXCEPT;

/*
 * Calls sysvipc_task_begun() from now on; nothing with PREEMPT_RT, where copy_process() is intercepted for
 * that.  -ENOENT: the kernel has no such tracepoint; -ENOMEM.  Sleeps.
 */
int intercept_watch_beginnings(void);
void intercept_watch_beginnings_end(void); /* it runs nowhere on return; sleeps */

KAPI_END

#endif
