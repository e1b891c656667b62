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

const Node* leftmost(const Node* node)
{
    while (node && node->left)
        node = node->left;
    return node;
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

kapi_tree_node* kapi_tree_first(const kapi_tree* tree)
{
    return outside(leftmost(reinterpret_cast<const hosted_tree*>(tree)->root));
}

kapi_tree_node* kapi_tree_next(const kapi_tree_node* node)
{
    const Node* at = inside(node);
    if (at->right)
        return outside(leftmost(at->right));
    while (at->parent && at == at->parent->right)
        at = at->parent;
    return outside(at->parent);
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
    Node* next = const_cast<Node*>(leftmost(gone->right));
    if (next != gone->right) {
        replace(from, next, next->right);
        next->right = gone->right;
        next->right->parent = next;
    }
    next->left = gone->left;
    next->left->parent = next;
    replace(from, gone, next);
}
