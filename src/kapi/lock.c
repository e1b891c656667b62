// SPDX-License-Identifier: GPL-2.0
/* kapi: spinlocks, mutexes and sequence counters (contracts: include/kapi/lock.h). */
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

#include "shim.h"
#include <kapi/lock.h>

KAPI_SHIM void kapi_spin_lock_init(struct kapi_spinlock *lock, const char *name,
				   struct kapi_lock_key *key)
{
	spinlock_t *spin = (spinlock_t *)lock;

#if defined(CONFIG_PREEMPT_RT)
	rt_mutex_base_init(&spin->lock);
	__rt_spin_lock_init(spin, name, (struct lock_class_key *)key, false);
#elif defined(CONFIG_DEBUG_SPINLOCK)
	__raw_spin_lock_init(spinlock_check(spin), name, (struct lock_class_key *)key,
			     LD_WAIT_CONFIG);
#else
	*spin = __SPIN_LOCK_UNLOCKED(name);
#endif
}

KAPI_SHIM void kapi_spin_lock(struct kapi_spinlock *lock)
{
	spin_lock((spinlock_t *)lock);
}

KAPI_SHIM void kapi_spin_unlock(struct kapi_spinlock *lock)
{
	spin_unlock((spinlock_t *)lock);
}

KAPI_SHIM bool kapi_spin_is_held(const struct kapi_spinlock *lock)
{
#ifdef CONFIG_LOCKDEP
	return !debug_locks || lockdep_is_held((spinlock_t *)lock);
#else
	return true;
#endif
}

KAPI_SHIM void kapi_mutex_init(struct kapi_mutex *mutex, const char *name,
			       struct kapi_lock_key *key)
{
#ifdef KERNEL_HAS_MUTEX_RT_INIT
	rt_mutex_base_init(&((struct mutex *)mutex)->rtmutex);
	__mutex_rt_init((struct mutex *)mutex, name, (struct lock_class_key *)key);
#else
	__mutex_init((struct mutex *)mutex, name, (struct lock_class_key *)key);
#endif
}

KAPI_SHIM void kapi_mutex_lock(struct kapi_mutex *mutex)
{
	mutex_lock((struct mutex *)mutex);
}

KAPI_SHIM void kapi_mutex_unlock(struct kapi_mutex *mutex)
{
	mutex_unlock((struct mutex *)mutex);
}

KAPI_SHIM void kapi_seqcount_init(struct kapi_seqcount *seq, struct kapi_spinlock *lock,
				  const char *name, struct kapi_lock_key *key)
{
	seqcount_spinlock_t *count = (seqcount_spinlock_t *)seq;

	__seqcount_init(&count->seqcount, name, (struct lock_class_key *)key);
	__SEQ_LOCK(count->lock = (spinlock_t *)lock);
}

KAPI_SHIM kapi_u32 kapi_seqcount_read_begin(const struct kapi_seqcount *seq)
{
	return read_seqcount_begin((const seqcount_spinlock_t *)seq);
}

KAPI_SHIM bool kapi_seqcount_read_retry(const struct kapi_seqcount *seq, kapi_u32 start)
{
	return read_seqcount_retry((const seqcount_spinlock_t *)seq, start);
}

KAPI_SHIM void kapi_seqcount_write_begin(struct kapi_seqcount *seq)
{
	write_seqcount_begin((seqcount_spinlock_t *)seq);
}

KAPI_SHIM void kapi_seqcount_write_end(struct kapi_seqcount *seq)
{
	write_seqcount_end((seqcount_spinlock_t *)seq);
}
