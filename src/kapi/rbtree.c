// SPDX-License-Identifier: GPL-2.0
/* kapi: red-black tree with the greatest value of each subtree (contracts: include/kapi/rbtree.h). */
#include <linux/rbtree_augmented.h>

#include "shim.h"
#include <kapi/rbtree.h>

static_assert(offsetof(struct kapi_rb_node, links) == 0);

#define LINKS(node) ((struct rb_node *)(node))
#define NODE(links) ((struct kapi_rb_node *)(links))
#define ROOT(root) ((struct rb_root *)(root))
#define OWN_VALUE(entry) ((entry)->value)

/* The generator wants a member of type rb_node: show it the node as the kernel lays it out. */
struct valued_node {
	struct rb_node rb;
	long key;
	u64 value;
	u64 subtree_max;
};
static_assert(sizeof(struct valued_node) == sizeof(struct kapi_rb_node));
static_assert(offsetof(struct valued_node, subtree_max) ==
	      offsetof(struct kapi_rb_node, subtree_max));

RB_DECLARE_CALLBACKS_MAX(static, greatest_value, struct valued_node, rb, u64, subtree_max,
			 OWN_VALUE)

KAPI_SHIM struct kapi_rb_node *kapi_rb_left(const struct kapi_rb_node *node)
{
	return NODE(((const struct rb_node *)node)->rb_left);
}

KAPI_SHIM struct kapi_rb_node *kapi_rb_right(const struct kapi_rb_node *node)
{
	return NODE(((const struct rb_node *)node)->rb_right);
}

KAPI_SHIM struct kapi_rb_node *kapi_rb_first(const struct kapi_rb_root *root)
{
	return NODE(rb_first((const struct rb_root *)root));
}

struct kapi_rb_node *kapi_rb_find_or_add(struct kapi_rb_root *root, struct kapi_rb_node *node)
{
	struct rb_node **link = &ROOT(root)->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		long key = NODE(*link)->key;

		if (key == node->key)
			return NODE(*link);
		parent = *link;
		link = node->key < key ? &parent->rb_left : &parent->rb_right;
	}
	node->subtree_max = node->value;
	rb_link_node(LINKS(node), parent, link);
	greatest_value.propagate(parent, NULL);
	rb_insert_augmented(LINKS(node), ROOT(root), &greatest_value);
	return NULL;
}

void kapi_rb_erase(struct kapi_rb_root *root, struct kapi_rb_node *node)
{
	rb_erase_augmented(LINKS(node), ROOT(root), &greatest_value);
}

void kapi_rb_replace(struct kapi_rb_root *root, struct kapi_rb_node *node,
		     struct kapi_rb_node *successor)
{
	rb_replace_node(LINKS(node), LINKS(successor), ROOT(root));
	greatest_value_compute_max((struct valued_node *)successor, false);
	greatest_value.propagate(rb_parent(LINKS(successor)), NULL);
}
