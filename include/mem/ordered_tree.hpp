// SPDX-License-Identifier: GPL-2.0
/*
 * OrderedTree<T, Order>: an intrusive search tree (the kernel's rbtree) that does not own its elements.  T
 * derives from TreeNode<T>, and can be in one tree at a time.  Order has
 *
 *     static bool is_before(const T&, const T&)     a strict weak order
 *
 * Equal elements stay in the order of insertion.  Each operation takes O(log elements) steps, take_all()
 * O(elements).  The caller does the locking.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/tree.h>

namespace sysvipc {

template <class T, class Order>
class OrderedTree;

template <class T>
class TreeNode : kapi_tree_node {
public:
    TreeNode() noexcept = default;
    TreeNode(const TreeNode&) = delete;
    TreeNode& operator=(const TreeNode&) = delete;

    [[nodiscard]] bool is_linked() const noexcept { return is_linked_; }

private:
    template <class U, class Order>
    friend class OrderedTree;

    bool is_linked_ { false };
};

template <class T, class Order>
class OrderedTree : Pinned {
public:
    [[nodiscard]] bool is_empty() noexcept { return !*kapi_tree_root(&tree_); }
    [[nodiscard]] T* first() noexcept { return object(leftmost(*kapi_tree_root(&tree_))); }
    [[nodiscard]] T* next(T& item) noexcept
    {
        kapi_tree_node* at = &node(item);
        if (kapi_tree_node* right = *kapi_tree_right(at))
            return object(leftmost(right));
        kapi_tree_node* parent = kapi_tree_parent(at);
        while (parent && at == *kapi_tree_right(parent)) {
            at = parent;
            parent = kapi_tree_parent(at);
        }
        return object(parent);
    }

    /*
     * The first element for which @is_below(element) is false; nullptr: none.  Precondition: in order, the
     * predicate is true for the first elements and false for all others.
     */
    template <class IsBelow>
    [[nodiscard]] T* first_not(IsBelow&& is_below) noexcept
    {
        T* found = nullptr;
        for (kapi_tree_node* at = *kapi_tree_root(&tree_); at;) {
            T* item = object(at);
            if (is_below(*item)) {
                at = *kapi_tree_right(at);
            } else {
                found = item;
                at = *kapi_tree_left(at);
            }
        }
        return found;
    }

    void add(T& item) noexcept
    {
        kapi_tree_node* parent = nullptr;
        kapi_tree_node** place = kapi_tree_root(&tree_);
        while (*place) {
            parent = *place;
            place = Order::is_before(item, *object(parent)) ? kapi_tree_left(parent)
                                                            : kapi_tree_right(parent);
        }
        static_cast<TreeNode<T>&>(item).is_linked_ = true;
        kapi_tree_add(&tree_, parent, place, &node(item));
    }

    void remove(T& item) noexcept
    {
        kapi_tree_remove(&tree_, &node(item));
        static_cast<TreeNode<T>&>(item).is_linked_ = false;
    }

    /* Empties the tree and calls @visit(element) for each in order; @visit may free the element. */
    template <class Visit>
    void take_all(Visit&& visit) noexcept
    {
        kapi_tree_node* at = exchange(*kapi_tree_root(&tree_), nullptr);
        while (at) {
            if (kapi_tree_node* left = *kapi_tree_left(at)) {
                /* Rotates right: @left precedes @at, which becomes its right child. */
                *kapi_tree_left(at) = *kapi_tree_right(left);
                *kapi_tree_right(left) = at;
                at = left;
                continue;
            }
            kapi_tree_node* next = *kapi_tree_right(at);
            T& item = *object(at);
            static_cast<TreeNode<T>&>(item).is_linked_ = false;
            visit(item);
            at = next;
        }
    }

private:
    /* Not the kernel's own walks: few of Android's lists of exported symbols contain them. */
    static kapi_tree_node* leftmost(kapi_tree_node* node) noexcept
    {
        while (node && *kapi_tree_left(node))
            node = *kapi_tree_left(node);
        return node;
    }
    static kapi_tree_node& node(T& item) noexcept { return static_cast<TreeNode<T>&>(item); }
    static T* object(kapi_tree_node* node) noexcept
    {
        /* SAFETY: every node in the tree is the base of a TreeNode<T>, which is a base of a T. */
        return static_cast<T*>(static_cast<TreeNode<T>*>(node));
    }

    kapi_tree tree_ {};
};

} // namespace sysvipc
