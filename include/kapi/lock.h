/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: spinlocks, mutexes and sequence counters.
 * Kernel source: <linux/spinlock.h>, <linux/mutex.h>, <linux/seqlock.h>.
 */
#ifndef SYSVIPC_KAPI_LOCK_H
#define SYSVIPC_KAPI_LOCK_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_spinlock, SPINLOCK);
KAPI_OPAQUE(kapi_mutex, MUTEX);
KAPI_OPAQUE(kapi_seqcount, SEQCOUNT);
KAPI_OPAQUE(kapi_lock_key, LOCK_KEY);

/*
 * The kernel's init macros define the lockdep key where they are used, which would put every lock of the
 * module into one class.  So the caller passes name and key; both must outlive the lock.
 */
void kapi_spin_lock_init(struct kapi_spinlock *lock, const char *name, struct kapi_lock_key *key);
/*
 * Locking acquires, unlocking releases.  While it is held nothing sleeps, and the task stays on its CPU; with
 * PREEMPT_RT the task can be preempted, and another waits for it asleep.  Not in interrupts.
 */
void kapi_spin_lock(struct kapi_spinlock *lock);
void kapi_spin_unlock(struct kapi_spinlock *lock);
bool kapi_spin_is_held(const struct kapi_spinlock *lock); /* true if lockdep is off */

void kapi_mutex_init(struct kapi_mutex *mutex, const char *name, struct kapi_lock_key *key);
void kapi_mutex_lock(struct kapi_mutex *mutex); /* sleeps */
void kapi_mutex_unlock(struct kapi_mutex *mutex); /* by the task that locked it */

/* A counter whose writers hold @lock.  On PREEMPT_RT, readers wait for a writer through @lock. */
void kapi_seqcount_init(struct kapi_seqcount *seq, struct kapi_spinlock *lock, const char *name,
			struct kapi_lock_key *key);
/*
 * What was read between begin and retry is whole unless retry() is true: then read again, from another begin().
 * begin() waits while a writer is at work; a writer must not read.
 */
kapi_u32 kapi_seqcount_read_begin(const struct kapi_seqcount *seq);
bool kapi_seqcount_read_retry(const struct kapi_seqcount *seq, kapi_u32 start);
/* The caller holds @lock from before begin to after end: one writer at a time, for which no reader waits long. */
void kapi_seqcount_write_begin(struct kapi_seqcount *seq);
void kapi_seqcount_write_end(struct kapi_seqcount *seq);

KAPI_END

#endif
