// SPDX-License-Identifier: GPL-2.0
/* kapi: saturating reference counts (contracts: include/kapi/refcount.h). */
#include <linux/refcount.h>

#include "shim.h"
#include <kapi/refcount.h>

KAPI_SHIM void kapi_refcount_set(struct kapi_refcount *count, int value)
{
	refcount_set((refcount_t *)count, value);
}

KAPI_SHIM bool kapi_refcount_inc_not_zero(struct kapi_refcount *count)
{
	return refcount_inc_not_zero((refcount_t *)count);
}

KAPI_SHIM bool kapi_refcount_dec_and_test(struct kapi_refcount *count)
{
	return refcount_dec_and_test((refcount_t *)count);
}
