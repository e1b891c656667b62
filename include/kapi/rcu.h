/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: read-copy-update and deferred work.  Kernel source: <linux/rcupdate.h>, <linux/workqueue.h>. */
#ifndef SYSVIPC_KAPI_RCU_H
#define SYSVIPC_KAPI_RCU_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE_AS(kapi_rcu_head, RCU_HEAD, callback_head);
KAPI_OPAQUE(kapi_rcu_wait, RCU_WAIT);
KAPI_OPAQUE_AS(kapi_work, WORK, work_struct);

typedef void (*kapi_rcu_callback)(kapi_rcu_head *head);
typedef void (*kapi_work_function)(kapi_work *work);

/* What was reachable after lock() exists until unlock().  Nothing sleeps between them; they nest. */
void kapi_rcu_read_lock(void);
void kapi_rcu_read_unlock(void);
bool kapi_rcu_read_is_held(void); /* true when lockdep cannot tell */
/* Runs @callback(@head), which must not sleep, once all current readers have ended.  Any context. */
void kapi_call_rcu(kapi_rcu_head *head, kapi_rcu_callback callback);
/* Frees the memory that begins with @head once all current readers have ended; any context. */
void kapi_kvfree_rcu(kapi_rcu_head *head);
void kapi_synchronize_rcu(void); /* sleeps until all current readers have ended */
void kapi_rcu_barrier(void); /* sleeps until every callback queued so far has run */

/*
 * Waits, without blocking, until every task has left the kernel or blocked voluntarily.  @wait must stay
 * valid until is_over() or finish() has reported the end; no callback of ours runs afterwards.  finish()
 * sleeps until the end; call it once, and only after begin().
 */
void kapi_rcu_tasks_begin(struct kapi_rcu_wait *wait);
bool kapi_rcu_wait_is_over(struct kapi_rcu_wait *wait);
void kapi_rcu_wait_finish(struct kapi_rcu_wait *wait);

/* Runs on the kernel's workqueue for long-running work. */
void kapi_work_init(kapi_work *work, kapi_work_function run);
void kapi_work_schedule(kapi_work *work); /* no-op if it is scheduled already */
void kapi_work_flush(kapi_work *work); /* sleeps until it has run */

KAPI_END

#endif
