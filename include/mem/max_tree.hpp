// SPDX-License-Identifier: GPL-2.0
/*
 * MaxTree: nodes in the order of their keys, each of which also knows the greatest value in the
 * subtree below it (the kernel's augmented red-black tree).  It owns nothing and needs no memory.
 *
 * Locks: the owner's, for everything.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/rbtree.h>

namespace sysvipc {

class MaxTreeNode : private kapi_rb_node {
public:
    MaxTreeNode() noexcept : kapi_rb_node {} { }

    [[nodiscard]] i64 tree_key() const noexcept { return key; }
    [[nodiscard]] u64 tree_value() const noexcept { return value; }
    [[nodiscard]] u64 greatest_below() const noexcept { return subtree_max; } /* itself included */
    /* nullptr: none. */
    [[nodiscard]] MaxTreeNode* left() const noexcept { return cast(kapi_rb_left(this)); }
    [[nodiscard]] MaxTreeNode* right() const noexcept { return cast(kapi_rb_right(this)); }

private:
    friend class MaxTree;
    static MaxTreeNode* cast(kapi_rb_node* node) noexcept
    {
        return static_cast<MaxTreeNode*>(node);
    }
};

class MaxTree : Pinned {
public:
    using Node = MaxTreeNode;

    /* nullptr: empty. */
    [[nodiscard]] Node* root() const noexcept { return Node::cast(root_.node); }
    [[nodiscard]] Node* lowest() const noexcept { return Node::cast(kapi_rb_first(&root_)); }
    /* What is there under @key; if that is nothing, @node is put there, and nullptr returned. */
    Node* find_or_add(Node& node, i64 key, u64 value) noexcept
    {
        node.key = key;
        node.value = value;
        return Node::cast(kapi_rb_find_or_add(&root_, &node));
    }
    void erase(Node& node) noexcept { kapi_rb_erase(&root_, &node); }
    /* @heir, which is in no tree but knows its value, takes the place of @node. */
    void replace(Node& node, Node& heir) noexcept { kapi_rb_replace(&root_, &node, &heir); }

private:
    kapi_rb_root root_ { nullptr };
};

} // namespace sysvipc
