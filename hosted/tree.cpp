// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: search trees (contracts: include/kapi/tree.h).  Not balanced: the order is the same, and the trees of
 * tests are small.
 */
#include "layout_types.h"

#include <kapi/tree.h>

namespace {

using Node = hosted_tree_node;

Node* inside(kapi_tree_node* node)
{
    return reinterpret_cast<Node*>(node);
}

const Node* inside(const kapi_tree_node* node)
{
    return reinterpret_cast<const Node*>(node);
}

kapi_tree_node* outside(const Node* node)
{
    return reinterpret_cast<kapi_tree_node*>(const_cast<Node*>(node));
}

hosted_tree& inside(kapi_tree* tree)
{
    return *reinterpret_cast<hosted_tree*>(tree);
}

Node*& link_to(hosted_tree& tree, Node* node)
{
    Node* parent = node->parent;
    if (!parent)
        return tree.root;
    return parent->left == node ? parent->left : parent->right;
}

/* @replacement, or nullptr, takes the place of @node, whose links stay. */
void replace(hosted_tree& tree, Node* node, Node* replacement)
{
    link_to(tree, node) = replacement;
    if (replacement)
        replacement->parent = node->parent;
}

} // namespace

kapi_tree_node** kapi_tree_root(kapi_tree* tree)
{
    return reinterpret_cast<kapi_tree_node**>(&inside(tree).root);
}

kapi_tree_node** kapi_tree_left(kapi_tree_node* node)
{
    return reinterpret_cast<kapi_tree_node**>(&inside(node)->left);
}

kapi_tree_node** kapi_tree_right(kapi_tree_node* node)
{
    return reinterpret_cast<kapi_tree_node**>(&inside(node)->right);
}

kapi_tree_node* kapi_tree_parent(const kapi_tree_node* node)
{
    return outside(inside(node)->parent);
}

void kapi_tree_add(kapi_tree*, kapi_tree_node* parent, kapi_tree_node** place, kapi_tree_node* node)
{
    *inside(node) = { inside(parent), nullptr, nullptr };
    *place = node;
}

void kapi_tree_remove(kapi_tree* tree, kapi_tree_node* node)
{
    hosted_tree& from = inside(tree);
    Node* gone = inside(node);
    if (!gone->left || !gone->right) {
        replace(from, gone, gone->left ? gone->left : gone->right);
        return;
    }
    /* The next one in order, which has nothing on its left, takes the place. */
    Node* next = gone->right;
    while (next->left)
        next = next->left;
    if (next != gone->right) {
        replace(from, next, next->right);
        next->right = gone->right;
        next->right->parent = next;
    }
    next->left = gone->left;
    next->left->parent = next;
    replace(from, gone, next);
}
