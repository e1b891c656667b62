/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: what happens to tasks: begun, ended, no longer sharing.
 * Kernel source: <trace/events/task.h>, <trace/events/sched.h>, <linux/kprobes.h>.
 */
#ifndef SYSVIPC_KAPI_WATCH_H
#define SYSVIPC_KAPI_WATCH_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_task;

/* All are called with preemption disabled, unless spinlocks sleep, and must not sleep but for those. */
struct kapi_task_watch {
	/* By the parent, before the child runs; flags as given to clone(2). */
	void (*begun)(struct kapi_task *child, unsigned long clone_flags);
	/* By the task itself, when its memory is gone, before its parent can learn of its death. */
	void (*ended)(void);
	/* By the task itself, when its unshare(2) or setns(2) has succeeded: CLONE_* flags. */
	void (*unshared)(unsigned long flags);
	void (*entered)(unsigned long flags);
};

/*
 * Calls @watch's functions from now on.  -ENOENT: the kernel has no such tracepoints; -ENOMEM; with
 * PREEMPT_RT also -EOPNOTSUPP and -EBUSY, as kapi_hook_attach().
 * @sees_leaving: whether unshared() and entered() will ever be called.  Sleeps.
 */
int kapi_watch_start(const struct kapi_task_watch *watch, bool *sees_leaving);
/* None of them runs any more on return.  Sleeps. */
void kapi_watch_stop(void);

KAPI_END

#endif
