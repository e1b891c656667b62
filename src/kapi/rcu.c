// SPDX-License-Identifier: GPL-2.0
/* kapi: read-copy-update and deferred work (contracts: include/kapi/rcu.h). */
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>
#include <linux/workqueue.h>

#include "renamed.h"
#include "shim.h"
#include <kapi/rcu.h>

KAPI_SHIM void kapi_rcu_read_lock(void)
{
	rcu_read_lock();
}

KAPI_SHIM void kapi_rcu_read_unlock(void)
{
	rcu_read_unlock();
}

KAPI_SHIM bool kapi_rcu_read_is_held(void)
{
#ifdef CONFIG_PROVE_RCU
	return rcu_read_lock_held();
#else
	return true;
#endif
}

KAPI_SHIM void kapi_call_rcu(kapi_rcu_head *head, kapi_rcu_callback callback)
{
	call_rcu(head, callback);
}

KAPI_SHIM void kapi_kvfree_rcu(kapi_rcu_head *head)
{
	struct memory {
		struct rcu_head head;
	} *memory = (struct memory *)head;

	kvfree_rcu(memory, head);
}

KAPI_SHIM void kapi_synchronize_rcu(void)
{
	synchronize_rcu();
}

KAPI_SHIM void kapi_rcu_barrier(void)
{
	rcu_barrier();
}

/* Without tasks-RCU, call_rcu_tasks() is call_rcu(), which may be lazy. */
#if !defined(CONFIG_TASKS_RCU) && defined(CONFIG_RCU_LAZY)
#define CALL_RCU_TASKS call_rcu_hurry
#else
#define CALL_RCU_TASKS call_rcu_tasks
#endif

KAPI_SHIM void kapi_rcu_tasks_begin(struct kapi_rcu_wait *wait)
{
	struct rcu_synchronize *synchronize = (struct rcu_synchronize *)wait;

	init_completion(&synchronize->completion);
	CALL_RCU_TASKS(&synchronize->head, wakeme_after_rcu);
}

KAPI_SHIM bool kapi_rcu_wait_is_over(struct kapi_rcu_wait *wait)
{
	return completion_done(&((struct rcu_synchronize *)wait)->completion);
}

KAPI_SHIM void kapi_rcu_wait_finish(struct kapi_rcu_wait *wait)
{
	wait_for_completion(&((struct rcu_synchronize *)wait)->completion);
}

KAPI_SHIM void kapi_work_init(kapi_work *work, kapi_work_function run)
{
	INIT_WORK(work, run);
}

KAPI_SHIM void kapi_work_schedule(kapi_work *work)
{
	queue_work(system_dfl_wq, work);
}

KAPI_SHIM void kapi_work_flush(kapi_work *work)
{
	flush_work(work);
}
