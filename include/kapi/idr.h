/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: index tables.  Kernel source: <linux/idr.h>. */
#ifndef SYSVIPC_KAPI_IDR_H
#define SYSVIPC_KAPI_IDR_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_idr, IDR);

void kapi_idr_init(struct kapi_idr *idr, int base); /* for indexes from base on */
void kapi_idr_destroy(struct kapi_idr *idr); /* leaves alone what is in it */
void kapi_idr_preload(void); /* sleeps, then disables preemption until preload_end */
void kapi_idr_preload_end(void);
/*
 * One writer at a time, which does not sleep; look-ups run under RCU beside it.
 * alloc_from: allocates the first free index in [first, end); -ENOSPC, -ENOMEM.
 */
int kapi_idr_alloc_from(struct kapi_idr *idr, void *object, int first, int end);
/* object: may be NULL: nothing is found at the index, which stays allocated. */
void kapi_idr_replace(struct kapi_idr *idr, void *object, int index);
void kapi_idr_remove(struct kapi_idr *idr, int index); /* frees it */
void *kapi_idr_find(const struct kapi_idr *idr, int index); /* NULL: none */
/* The first object at or above *@index, where *@index then is; NULL: none. */
void *kapi_idr_get_next(const struct kapi_idr *idr, int *index);

KAPI_END

#endif
