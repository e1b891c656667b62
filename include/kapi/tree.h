/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: balanced search trees; callers descend and lock.  Kernel source: <linux/rbtree.h>. */
#ifndef SYSVIPC_KAPI_TREE_H
#define SYSVIPC_KAPI_TREE_H

#include <kapi/types.h>

KAPI_BEGIN

/* Zero bytes are an empty tree. */
KAPI_OPAQUE(kapi_tree, TREE);
KAPI_OPAQUE(kapi_tree_node, TREE_NODE);

/* The links to the root and to a node's children.  A new node can be added where the link is NULL. */
struct kapi_tree_node **kapi_tree_root(struct kapi_tree *tree);
struct kapi_tree_node **kapi_tree_left(struct kapi_tree_node *node);
struct kapi_tree_node **kapi_tree_right(struct kapi_tree_node *node);
struct kapi_tree_node *
kapi_tree_parent(const struct kapi_tree_node *node); /* NULL: it is the root */
/* @place: an empty link of @parent, or of the root (then @parent is NULL).  Balances the tree. */
void kapi_tree_add(struct kapi_tree *tree, struct kapi_tree_node *parent,
		   struct kapi_tree_node **place, struct kapi_tree_node *node);
void kapi_tree_remove(struct kapi_tree *tree, struct kapi_tree_node *node);

KAPI_END

#endif
