// SPDX-License-Identifier: GPL-2.0
/* kapi: index tables (contracts: include/kapi/idr.h). */
#include <linux/idr.h>

#include "shim.h"
#include <kapi/idr.h>

KAPI_SHIM void kapi_idr_init(struct kapi_idr *idr, int base)
{
	idr_init_base((struct idr *)idr, base);
}

KAPI_SHIM void kapi_idr_destroy(struct kapi_idr *idr)
{
	idr_destroy((struct idr *)idr);
}

KAPI_SHIM void kapi_idr_preload(void)
{
	idr_preload(GFP_KERNEL);
}

KAPI_SHIM void kapi_idr_preload_end(void)
{
	idr_preload_end();
}

KAPI_SHIM int kapi_idr_alloc_from(struct kapi_idr *idr, void *object, int first, int end)
{
	return idr_alloc((struct idr *)idr, object, first, end, GFP_NOWAIT);
}

KAPI_SHIM void kapi_idr_replace(struct kapi_idr *idr, void *object, int index)
{
	idr_replace((struct idr *)idr, object, index);
}

KAPI_SHIM void kapi_idr_remove(struct kapi_idr *idr, int index)
{
	idr_remove((struct idr *)idr, index);
}

KAPI_SHIM void *kapi_idr_find(const struct kapi_idr *idr, int index)
{
	return idr_find((const struct idr *)idr, index);
}

KAPI_SHIM void *kapi_idr_get_next(const struct kapi_idr *idr, int *index)
{
	return idr_get_next((struct idr *)idr, index);
}
