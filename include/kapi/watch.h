/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: what happens to tasks: begun, ended, no longer sharing.
 * Kernel source: kernel/exit.c, kernel/fork.c, <trace/events/task.h>.
 */
#ifndef SYSVIPC_KAPI_WATCH_H
#define SYSVIPC_KAPI_WATCH_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_task;

struct kapi_task_watch {
	/*
	 * By the parent, before the child runs; flags as given to clone(2).  Preemption is disabled, unless
	 * spinlocks sleep; must not sleep but for those.
	 */
	void (*begun)(struct kapi_task *child, unsigned long clone_flags);
	/* By the task itself: whether ended() has anything to do.  Preemption may be disabled. */
	bool (*has_share)(void);
	/*
	 * By the task itself, preemptible, when its memory is gone, before its parent can learn of its
	 * death.  Must not wait for user space.  has_share() is false afterwards.
	 */
	void (*ended)(void);
	/* By the task itself, preemptible, when its unshare(2) or setns(2) has succeeded: CLONE_* flags. */
	void (*unshared)(unsigned long flags);
	void (*entered)(unsigned long flags);
};

/* How the kernel's functions are made to call us; the first of several that works is taken. */
enum kapi_watch_means {
	KAPI_WATCH_DIRECT_CALLS = 1,
	KAPI_WATCH_KPROBES = 2,
};

struct kapi_watch_report {
	/* Where it failed: the function, or what else the kernel lacks. */
	const char *failed;
	/* Whether unshared() and entered() will ever be called; if not, why. */
	bool sees_leaving;
	int leaving_error;
	/* While kprobes are switched off none, or not all, are called. */
	bool by_probes;
};

/*
 * Calls @watch's functions from now on, ended() before begun(), but those of unshare(2), setns(2) and, with
 * PREEMPT_RT, clone(2) only when it is open.  @means: of enum kapi_watch_means, any.
 * -ENOENT: the kernel has no such function or tracepoint; -ENOMEM; -EBUSY: somebody else has taken the
 * function; -EOPNOTSUPP: the kernel has none of these means.  Sleeps.
 */
int kapi_watch_start(const struct kapi_task_watch *watch, unsigned int means,
		     struct kapi_watch_report *report);
/* The module is certain to stay until it is unloaded: a task may be pinned to it now. */
void kapi_watch_open(void);
/* None of them is called any more on return: begun() first, ended() last.  Those that run may run on.  Sleeps. */
void kapi_watch_stop(void);
/* Whether none runs.  Final after kapi_watch_stop() and then a grace period of tasks-RCU. */
bool kapi_watch_is_empty(void);

KAPI_END

#endif
