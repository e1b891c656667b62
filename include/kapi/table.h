/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: index and key tables.  Kernel source: <linux/idr.h>, <linux/rhashtable.h>.
 * Negative results are -errno of the kernel function named in the comment.
 */
#ifndef SYSVIPC_KAPI_TABLE_H
#define SYSVIPC_KAPI_TABLE_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_idr, IDR);
KAPI_OPAQUE(kapi_rhashtable, RHASHTABLE);
KAPI_OPAQUE(kapi_rhash_head, RHASH_HEAD);

void kapi_idr_init(struct kapi_idr *idr, int base); /* for indexes from base on */
void kapi_idr_destroy(struct kapi_idr *idr);
void kapi_idr_preload(void); /* sleeps, then disables preemption until preload_end */
void kapi_idr_preload_end(void);
/* Allocates the first free index in [first, end); -ENOSPC, -ENOMEM. */
int kapi_idr_alloc_from(struct kapi_idr *idr, void *object, int first, int end);
/* @object NULL: the index stays allocated, without an object. */
void kapi_idr_replace(struct kapi_idr *idr, void *object, int index);
void kapi_idr_remove(struct kapi_idr *idr, int index);
void *kapi_idr_find(const struct kapi_idr *idr, int index); /* under RCU; NULL: none */
void *kapi_idr_get_next(const struct kapi_idr *idr, int *index); /* under RCU; NULL: none */

/* Embedded in an object with an int key. */
struct kapi_keyed {
	struct kapi_rhash_head head;
	int key;
};
int kapi_keys_init(struct kapi_rhashtable *keys); /* -ENOMEM */
void kapi_keys_destroy(struct kapi_rhashtable *keys);
struct kapi_keyed *kapi_keys_find(struct kapi_rhashtable *keys, int key); /* under RCU */
/* 0; -EEXIST if the key is in the table; -ENOMEM, -E2BIG, -EBUSY as rhashtable_insert_fast. */
int kapi_keys_insert(struct kapi_rhashtable *keys, struct kapi_keyed *object);
int kapi_keys_remove(struct kapi_rhashtable *keys, struct kapi_keyed *object); /* -ENOENT */

/* Embedded in an object whose key is an address, which is never dereferenced. */
struct kapi_addressed {
	struct kapi_rhash_head head;
	const void *address;
};
int kapi_addresses_init(struct kapi_rhashtable *table); /* -ENOMEM */
struct kapi_addressed *kapi_addresses_find(struct kapi_rhashtable *table, const void *address);
int kapi_addresses_insert(struct kapi_rhashtable *table, struct kapi_addressed *object);
int kapi_addresses_remove(struct kapi_rhashtable *table, struct kapi_addressed *object);
/* Calls @each for every object, then destroys the table.  Precondition: the table is no longer used. */
void kapi_addresses_destroy(struct kapi_rhashtable *table, void (*each)(struct kapi_addressed *));

/* Embedded in an object whose key is a pair of addresses. */
struct kapi_paired {
	struct kapi_rhash_head head;
	void *first;
	void *second;
};
int kapi_pairs_init(struct kapi_rhashtable *table); /* -ENOMEM */
void kapi_pairs_destroy(struct kapi_rhashtable *table); /* precondition: the table is empty */
struct kapi_paired *kapi_pairs_find(struct kapi_rhashtable *table, const void *first,
				    const void *second); /* under RCU */
int kapi_pairs_insert(struct kapi_rhashtable *table, struct kapi_paired *object);
int kapi_pairs_remove(struct kapi_rhashtable *table, struct kapi_paired *object);

KAPI_END

#endif
