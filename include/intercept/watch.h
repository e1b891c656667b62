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

/* --- Implemented by the C++ side (src/entry/task_events.cpp, namespace_end.cpp) */

/*
 * Called by the parent before the child runs; flags as for clone(2).  Preemption is disabled, except
 * with PREEMPT_RT, where it may sleep on spinlocks only.
 */
void sysvipc_task_begun(struct kapi_task *child, unsigned long clone_flags) KAPI_NOEXCEPT;
/*
 * Called by the task itself: true if sysvipc_task_ended() has work to do.  Preemption may be disabled.
 */
bool sysvipc_task_has_share(void) KAPI_NOEXCEPT;
/*
 * Called by the task itself, preemptible, after its memory is released and before its parent can reap
 * it.  Must not wait for user space.  Afterwards the task has no state, unless unloading has begun.
 */
void sysvipc_task_ended(void) KAPI_NOEXCEPT;
/* Called by the task itself, preemptible, after unshare(2) or setns(2) succeeded: CLONE_* flags. */
void sysvipc_task_unshared(unsigned long flags) KAPI_NOEXCEPT;
void sysvipc_task_entered(unsigned long flags) KAPI_NOEXCEPT;
/* Called before host_ipc_ns_ending_symbol(), in its context and with the same locks held. */
void sysvipc_before_ipc_ns_ending(unsigned long argument) KAPI_NOEXCEPT; /* its first argument */

/* --- Filters for probes on intercepted functions (intercept/intercept.h) */

bool intercept_is_before_exit_files(const struct kapi_regs *registers) KAPI_NOEXCEPT;
bool intercept_is_around_leaving(const struct kapi_regs *registers)
	KAPI_NOEXCEPT; /* unshare(2), setns(2) */
bool intercept_is_around_copy_process(const struct kapi_regs *registers) KAPI_NOEXCEPT;

/* --- Functions for tracepoints */

extern void *const intercept_notice_task_newtask;

KAPI_END

#endif
