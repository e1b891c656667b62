/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: key tables.  Kernel source: <linux/rhashtable.h>.
 *
 * Look-ups run under RCU, concurrently with all else; what they return is valid as long as RCU keeps it.  Writers
 * need no lock of their own.  Only functions marked so sleep.
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
int host_keys_init(struct kapi_rhashtable *keys); /* 0 or -ENOMEM; sleeps */
/* Nothing may use the table any more; objects in it are left alone.  Sleeps. */
void host_keys_destroy(struct kapi_rhashtable *keys);
struct kapi_keyed *host_keys_find(struct kapi_rhashtable *keys, int key); /* NULL: none */
/*
 * 0; -EEXIST: the key is there; -ENOMEM, -E2BIG (2^31 objects), -EBUSY (its chain is too long while the table
 * grows): as rhashtable_lookup_insert_fast().
 */
int host_keys_insert(struct kapi_rhashtable *keys, struct kapi_keyed *object);
/* 0; -ENOENT: it is not there. */
int host_keys_remove(struct kapi_rhashtable *keys, struct kapi_keyed *object);

/* The same for objects whose key is an address, which is never dereferenced.  Results are as above. */
struct kapi_addressed {
	struct kapi_rhash_head head;
	const void *address;
};
int host_addresses_init(struct kapi_rhashtable *table);
struct kapi_addressed *host_addresses_find(struct kapi_rhashtable *table, const void *address);
int host_addresses_insert(struct kapi_rhashtable *table, struct kapi_addressed *object);
int host_addresses_remove(struct kapi_rhashtable *table, struct kapi_addressed *object);
/* Calls @each for every object, then destroys the table.  Nothing may use the table any more.  Sleeps. */
void host_addresses_destroy(struct kapi_rhashtable *table, void (*each)(struct kapi_addressed *));
/*
 * Calls @each for every object, under RCU, concurrently with writers.  Objects present all the time
 * are visited, more than once if the table grows.
 */
void host_addresses_visit(struct kapi_rhashtable *table,
			  void (*each)(struct kapi_addressed *, void *context) KAPI_NOEXCEPT,
			  void *context);

/* The same for objects whose key is a pair of addresses.  Results are as above. */
struct kapi_paired {
	struct kapi_rhash_head head;
	void *first;
	void *second;
};
int host_pairs_init(struct kapi_rhashtable *table);
void host_pairs_destroy(struct kapi_rhashtable *table);
struct kapi_paired *host_pairs_find(struct kapi_rhashtable *table, const void *first,
				    const void *second);
int host_pairs_insert(struct kapi_rhashtable *table, struct kapi_paired *object);
int host_pairs_remove(struct kapi_rhashtable *table, struct kapi_paired *object);

KAPI_END

#endif
