/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: key tables.  Kernel source: <linux/rhashtable.h>.
 * Negative results are -errno of the kernel function named in the comment.
 */
#ifndef SYSVIPC_HOST_TABLE_H
#define SYSVIPC_HOST_TABLE_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_rhashtable, RHASHTABLE);
KAPI_OPAQUE(kapi_rhash_head, RHASH_HEAD);

/* An object with an int key; this is embedded in it. */
struct kapi_keyed {
	struct kapi_rhash_head head;
	int key;
};
int host_keys_init(struct kapi_rhashtable *keys); /* -ENOMEM */
void host_keys_destroy(struct kapi_rhashtable *keys);
struct kapi_keyed *host_keys_find(struct kapi_rhashtable *keys, int key); /* under RCU */
/* 0; -EEXIST when the key is there; -ENOMEM, -E2BIG, -EBUSY as rhashtable_insert_fast. */
int host_keys_insert(struct kapi_rhashtable *keys, struct kapi_keyed *object);
int host_keys_remove(struct kapi_rhashtable *keys, struct kapi_keyed *object); /* -ENOENT */

/* The same for objects whose key is an address, which is never dereferenced. */
struct kapi_addressed {
	struct kapi_rhash_head head;
	const void *address;
};
int host_addresses_init(struct kapi_rhashtable *table); /* -ENOMEM */
struct kapi_addressed *host_addresses_find(struct kapi_rhashtable *table, const void *address);
int host_addresses_insert(struct kapi_rhashtable *table, struct kapi_addressed *object);
int host_addresses_remove(struct kapi_rhashtable *table, struct kapi_addressed *object);
/* Calls @each for every object; nothing may use the table any more.  Then host_keys_destroy(). */
void host_addresses_destroy(struct kapi_rhashtable *table, void (*each)(struct kapi_addressed *));

/*
 * Calls @each for every object, under RCU, concurrently with writers.  Objects present all the time
 * are visited, more than once if the table grows.
 */
void host_addresses_visit(struct kapi_rhashtable *table,
			  void (*each)(struct kapi_addressed *, void *context) KAPI_NOEXCEPT,
			  void *context);

/* The same for objects whose key is a pair of addresses. */
struct kapi_paired {
	struct kapi_rhash_head head;
	void *first;
	void *second;
};
int host_pairs_init(struct kapi_rhashtable *table); /* -ENOMEM */
void host_pairs_destroy(struct kapi_rhashtable *table); /* must be empty */
struct kapi_paired *host_pairs_find(struct kapi_rhashtable *table, const void *first,
				    const void *second); /* under RCU */
int host_pairs_insert(struct kapi_rhashtable *table, struct kapi_paired *object);
int host_pairs_remove(struct kapi_rhashtable *table, struct kapi_paired *object);

KAPI_END

#endif
