// SPDX-License-Identifier: GPL-2.0
/* host: key tables (contracts: include/host/table.h). */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/rhashtable.h>

#include "../kapi/shim.h"
#include "../kapi/unlisted.h"
#include <host/table.h>

/*
 * Lookups are not inlined, and inline everything: otherwise the compiler moves their common code into
 * a function that calls the hash through a pointer.  Comparisons are our own, as the kernel's calls
 * memcmp().
 */
#define LOOKUP __attribute__((__flatten__, __noinline__))

static inline int compare_keys(struct rhashtable_compare_arg *wanted, const void *object)
{
	return *(const int *)wanted->key != READ_ONCE(((const struct kapi_keyed *)object)->key);
}

static inline int compare_addresses(struct rhashtable_compare_arg *wanted, const void *object)
{
	return *(const void *const *)wanted->key !=
	       ((const struct kapi_addressed *)object)->address;
}

static const struct rhashtable_params key_params = {
	.head_offset = offsetof(struct kapi_keyed, head),
	.key_offset = offsetof(struct kapi_keyed, key),
	.key_len = sizeof_field(struct kapi_keyed, key),
	.obj_cmpfn = compare_keys,
	.automatic_shrinking = true,
};

/* Users cannot choose addresses of kernel objects, so mixing in the seed suffices. */
static inline u32 hash_address(const void *key, u32 size, u32 seed)
{
	return hash_64((u64)(unsigned long)*(const void *const *)key ^ seed, 32);
}

/*
 * A worker grows a table.  Until it runs, the table needs room: an insertion that would make a chain too
 * long fails.
 */
#define LEAST_BUCKETS 512

/*
 * The tables of addresses and of pairs do not shrink.  A worker would fill the new table in one step, for which
 * other tasks wait if the kernel does not preempt: 60 us after the exit of one task with 8,000 pairs.  So a table
 * keeps 8 to 16 bytes per object of its highest number of objects, until the module is unloaded.
 */
static const struct rhashtable_params address_params = {
	.min_size = LEAST_BUCKETS,
	.hashfn = hash_address,
	.head_offset = offsetof(struct kapi_addressed, head),
	.key_offset = offsetof(struct kapi_addressed, address),
	.key_len = sizeof_field(struct kapi_addressed, address),
	.obj_cmpfn = compare_addresses,
};

/* The key of a pair: its two addresses, which are adjacent. */
struct pair {
	const void *first;
	const void *second;
};

static inline u32 hash_pair(const void *key, u32 size, u32 seed)
{
	const struct pair *pair = key;
	u64 mixed = ((u64)(unsigned long)pair->first ^ seed) * GOLDEN_RATIO_64;

	/* The table uses the low bits, which are 0 in the addresses of aligned objects. */
	mixed ^= mixed >> 32;
	return hash_64(mixed + (unsigned long)pair->second, 32);
}

static inline int compare_pairs(struct rhashtable_compare_arg *wanted, const void *object)
{
	const struct pair *pair = wanted->key;
	const struct kapi_paired *paired = object;

	return pair->first != paired->first || pair->second != paired->second;
}

static const struct rhashtable_params pair_params = {
	.min_size = LEAST_BUCKETS,
	.hashfn = hash_pair,
	.head_offset = offsetof(struct kapi_paired, head),
	.key_offset = offsetof(struct kapi_paired, first),
	.key_len = sizeof(struct pair),
	.obj_cmpfn = compare_pairs,
};

KAPI_SHIM int host_keys_init(struct kapi_rhashtable *keys)
{
	return rhashtable_init((struct rhashtable *)keys, &key_params);
}

KAPI_SHIM void host_keys_destroy(struct kapi_rhashtable *keys)
{
	rhashtable_destroy((struct rhashtable *)keys);
}

LOOKUP struct kapi_keyed *host_keys_find(struct kapi_rhashtable *keys, int key)
{
	return rhashtable_lookup((struct rhashtable *)keys, &key, key_params);
}

KAPI_SHIM int host_keys_insert(struct kapi_rhashtable *keys, struct kapi_keyed *object)
{
	return rhashtable_lookup_insert_fast((struct rhashtable *)keys,
					     (struct rhash_head *)&object->head, key_params);
}

KAPI_SHIM int host_keys_remove(struct kapi_rhashtable *keys, struct kapi_keyed *object)
{
	return rhashtable_remove_fast((struct rhashtable *)keys, (struct rhash_head *)&object->head,
				      key_params);
}

KAPI_SHIM int host_addresses_init(struct kapi_rhashtable *table)
{
	return rhashtable_init((struct rhashtable *)table, &address_params);
}

LOOKUP struct kapi_addressed *host_addresses_find(struct kapi_rhashtable *table,
						  const void *address)
{
	return rhashtable_lookup((struct rhashtable *)table, &address, address_params);
}

KAPI_SHIM int host_addresses_insert(struct kapi_rhashtable *table, struct kapi_addressed *object)
{
	return rhashtable_lookup_insert_fast((struct rhashtable *)table,
					     (struct rhash_head *)&object->head, address_params);
}

KAPI_SHIM int host_addresses_remove(struct kapi_rhashtable *table, struct kapi_addressed *object)
{
	return rhashtable_remove_fast((struct rhashtable *)table,
				      (struct rhash_head *)&object->head, address_params);
}

static void free_addressed(void *object, void *each)
{
	((void (*)(struct kapi_addressed *))each)(object);
}

KAPI_SHIM void host_addresses_destroy(struct kapi_rhashtable *table,
				      void (*each)(struct kapi_addressed *))
{
	rhashtable_free_and_destroy((struct rhashtable *)table, free_addressed, (void *)each);
}

void host_addresses_visit(struct kapi_rhashtable *table,
			  void (*each)(struct kapi_addressed *, void *context), void *context)
{
	struct rhashtable_iter walk;
	void *object;

	UNLISTED(rhashtable_walk_enter)((struct rhashtable *)table, &walk);
	(void)UNLISTED(rhashtable_walk_start_check)(&walk);
	while ((object = UNLISTED(rhashtable_walk_next)(&walk)))
		if (object != ERR_PTR(-EAGAIN)) /* the table has grown */
			each(object, context);
	UNLISTED(rhashtable_walk_stop)(&walk);
	UNLISTED(rhashtable_walk_exit)(&walk);
}

KAPI_SHIM int host_pairs_init(struct kapi_rhashtable *table)
{
	BUILD_BUG_ON(offsetof(struct kapi_paired, second) !=
		     offsetof(struct kapi_paired, first) + offsetof(struct pair, second));
	return rhashtable_init((struct rhashtable *)table, &pair_params);
}

KAPI_SHIM void host_pairs_destroy(struct kapi_rhashtable *table)
{
	rhashtable_destroy((struct rhashtable *)table);
}

LOOKUP struct kapi_paired *host_pairs_find(struct kapi_rhashtable *table, const void *first,
					   const void *second)
{
	const struct pair wanted = { first, second };

	return rhashtable_lookup((struct rhashtable *)table, &wanted, pair_params);
}

KAPI_SHIM int host_pairs_insert(struct kapi_rhashtable *table, struct kapi_paired *object)
{
	return rhashtable_lookup_insert_fast((struct rhashtable *)table,
					     (struct rhash_head *)&object->head, pair_params);
}

KAPI_SHIM int host_pairs_remove(struct kapi_rhashtable *table, struct kapi_paired *object)
{
	return rhashtable_remove_fast((struct rhashtable *)table,
				      (struct rhash_head *)&object->head, pair_params);
}
