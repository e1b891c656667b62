/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: slab, kvmalloc and per-CPU memory.  Kernel source: <linux/slab.h>, <linux/percpu.h>. */
#ifndef SYSVIPC_KAPI_MEMORY_H
#define SYSVIPC_KAPI_MEMORY_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_cache;

/*
 * User copies may access only bytes [user_offset, user_offset + user_size) of an object.  Objects are
 * charged to the memory cgroup of the allocating task.  NULL: no memory.
 */
struct kapi_cache *kapi_cache_create(const char *name, kapi_size size, kapi_size user_offset,
				     kapi_size user_size);
void kapi_cache_destroy(struct kapi_cache *cache); /* every object must have been freed; sleeps */
void *kapi_cache_alloc(struct kapi_cache *cache); /* sleeps; NULL: no memory */
void kapi_cache_free(struct kapi_cache *cache, void *object); /* any context */

/* Charged to the task's memory cgroup.  Sleeps.  NULL: no memory. */
void *kapi_kvmalloc(kapi_size size);
/* kapi_kvmalloc() for small sizes, in atomic context; kmalloc memory. */
void *kapi_kmalloc_atomic(kapi_size size);
void kapi_kvfree(
	void *memory); /* may sleep for vmalloc memory, unless bottom halves are disabled */
void kapi_kfree(void *memory); /* never sleeps; kmalloc memory only */

/* One long per CPU, initially 0.  NULL: no memory.  Sleeps. */
long *kapi_percpu_long_alloc(void);
void kapi_percpu_long_free(long *counter); /* NULL is allowed; any context */
/* Adds to this CPU's: a task that is preempted, or interrupted by another addition, loses none.  Orders nothing. */
void kapi_percpu_long_add(long *counter, long delta);

KAPI_END

#endif
