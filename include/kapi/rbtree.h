/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: red-black tree ordered by a long key, augmented with the greatest value in each subtree.
 * Kernel source: <linux/rbtree_augmented.h>.  The caller serialises all of it.
 */
#ifndef SYSVIPC_KAPI_RBTREE_H
#define SYSVIPC_KAPI_RBTREE_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_rb_links, RB_NODE);

struct kapi_rb_node {
	struct kapi_rb_links links;
	long key;
	kapi_u64 value;
	kapi_u64 subtree_max; /* kept by kapi */
};
struct kapi_rb_root {
	struct kapi_rb_node *node; /* the links of a node are its first member */
};

struct kapi_rb_node *kapi_rb_left(const struct kapi_rb_node *node);
struct kapi_rb_node *kapi_rb_right(const struct kapi_rb_node *node);
struct kapi_rb_node *kapi_rb_first(const struct kapi_rb_root *root);
/* The node with @key; where there is none, @node is linked in and NULL returned. */
struct kapi_rb_node *kapi_rb_find_or_add(struct kapi_rb_root *root, struct kapi_rb_node *node);
void kapi_rb_erase(struct kapi_rb_root *root, struct kapi_rb_node *node);
/* @successor has the same key and its own value; it takes the place of @node. */
void kapi_rb_replace(struct kapi_rb_root *root, struct kapi_rb_node *node,
		     struct kapi_rb_node *successor);

KAPI_END

#endif
