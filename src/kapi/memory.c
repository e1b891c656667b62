// SPDX-License-Identifier: GPL-2.0
/* kapi: slab, kvmalloc and per-CPU memory (contracts: include/kapi/memory.h). */
#include <linux/percpu.h>
#include <linux/slab.h>

#include "shim.h"
#include <kapi/memory.h>

KAPI_SHIM struct kapi_cache *kapi_cache_create(const char *name, kapi_size size,
					       kapi_size user_offset, kapi_size user_size)
{
	return (struct kapi_cache *)kmem_cache_create_usercopy(name, size, 0, SLAB_ACCOUNT,
							       user_offset, user_size, NULL);
}

KAPI_SHIM void kapi_cache_destroy(struct kapi_cache *cache)
{
	kmem_cache_destroy((struct kmem_cache *)cache);
}

KAPI_SHIM void *kapi_cache_alloc(struct kapi_cache *cache)
{
	return kmem_cache_alloc((struct kmem_cache *)cache, GFP_KERNEL);
}

KAPI_SHIM void kapi_cache_free(struct kapi_cache *cache, void *object)
{
	kmem_cache_free((struct kmem_cache *)cache, object);
}

KAPI_SHIM void *kapi_kvmalloc(kapi_size size)
{
	/* Limits raised by root permit absurd sizes: do not log their failure. */
	return kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

KAPI_SHIM void *kapi_kmalloc_atomic(kapi_size size)
{
	/* Callers can continue without the memory. */
	return kmalloc(size, GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
}

KAPI_SHIM void kapi_kvfree(void *memory)
{
	kvfree(memory);
}

KAPI_SHIM void kapi_kfree(void *memory)
{
	kfree(memory);
}

KAPI_SHIM long *kapi_percpu_long_alloc(void)
{
	return (long *)(unsigned long)alloc_percpu(long);
}

KAPI_SHIM void kapi_percpu_long_free(long *counter)
{
	free_percpu((void __percpu *)(unsigned long)counter);
}

KAPI_SHIM void kapi_percpu_long_add(long *counter, long delta)
{
	this_cpu_add(*(long __percpu *)(unsigned long)counter, delta);
}
