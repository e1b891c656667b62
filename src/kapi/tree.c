// SPDX-License-Identifier: GPL-2.0
/* kapi: balanced search trees (contracts: include/kapi/tree.h). */
#include <linux/rbtree.h>

#include "shim.h"
#include <kapi/tree.h>

KAPI_SHIM struct kapi_tree_node **kapi_tree_root(struct kapi_tree *tree)
{
	return (struct kapi_tree_node **)&((struct rb_root *)tree)->rb_node;
}

KAPI_SHIM struct kapi_tree_node **kapi_tree_left(struct kapi_tree_node *node)
{
	return (struct kapi_tree_node **)&((struct rb_node *)node)->rb_left;
}

KAPI_SHIM struct kapi_tree_node **kapi_tree_right(struct kapi_tree_node *node)
{
	return (struct kapi_tree_node **)&((struct rb_node *)node)->rb_right;
}

KAPI_SHIM struct kapi_tree_node *kapi_tree_parent(const struct kapi_tree_node *node)
{
	return (struct kapi_tree_node *)rb_parent((const struct rb_node *)node);
}

KAPI_SHIM void kapi_tree_add(struct kapi_tree *tree, struct kapi_tree_node *parent,
			     struct kapi_tree_node **place, struct kapi_tree_node *node)
{
	rb_link_node((struct rb_node *)node, (struct rb_node *)parent, (struct rb_node **)place);
	rb_insert_color((struct rb_node *)node, (struct rb_root *)tree);
}

KAPI_SHIM void kapi_tree_remove(struct kapi_tree *tree, struct kapi_tree_node *node)
{
	rb_erase((struct rb_node *)node, (struct rb_root *)tree);
}
