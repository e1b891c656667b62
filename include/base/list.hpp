// SPDX-License-Identifier: GPL-2.0
/*
 * List<T>: an intrusive doubly linked list that does not own its elements.  T derives from ListNode<T>;
 * an element of several lists at once derives from a ListNode<T, Tag> for each List<T, Tag>.
 * The caller does the locking.
 */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

template <class T, class Tag = void>
class List;

template <class T, class Tag = void>
class ListNode : Pinned {
    friend class List<T, Tag>;
    ListNode* previous_ {};
    ListNode* next_ {};

public:
    [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }
};

/* Not copyable because of its node; a second Pinned base would make it larger. */
template <class T, class Tag>
class List {
    using Node = ListNode<T, Tag>;

public:
    List() noexcept { head_.previous_ = head_.next_ = &head_; }

    [[nodiscard]] bool is_empty() const noexcept { return head_.next_ == &head_; }
    [[nodiscard]] T* first() noexcept { return object(head_.next_); }
    [[nodiscard]] const T* first() const noexcept { return object(head_.next_); }
    [[nodiscard]] T* last() noexcept { return object(head_.previous_); }
    [[nodiscard]] T* next(T& item) noexcept { return object(node(item).next_); }
    [[nodiscard]] const T* next(const T& item) const noexcept
    {
        return object(static_cast<const Node&>(item).next_);
    }
    [[nodiscard]] T* previous(T& item) noexcept { return object(node(item).previous_); }

    void push_back(T& item) noexcept
    {
        Node& added = node(item);
        added.previous_ = head_.previous_;
        added.next_ = &head_;
        head_.previous_->next_ = &added;
        head_.previous_ = &added;
    }

    void push_front(T& item) noexcept
    {
        Node& added = node(item);
        added.previous_ = &head_;
        added.next_ = head_.next_;
        head_.next_->previous_ = &added;
        head_.next_ = &added;
    }

    /* Moves all items of @other, in order, to the front of this list. */
    void take_all_before(List& other) noexcept
    {
        if (other.is_empty())
            return;
        Node* first = other.head_.next_;
        Node* last = other.head_.previous_;
        first->previous_ = &head_;
        last->next_ = head_.next_;
        head_.next_->previous_ = last;
        head_.next_ = first;
        other.head_.previous_ = other.head_.next_ = &other.head_;
    }

    void remove(T& item) noexcept
    {
        Node& gone = node(item);
        gone.previous_->next_ = gone.next_;
        gone.next_->previous_ = gone.previous_;
        gone.previous_ = gone.next_ = nullptr;
    }

    /* Removes and returns the first item; nullptr if the list is empty. */
    T* pop_front() noexcept
    {
        T* item = first();
        if (item)
            remove(*item);
        return item;
    }

private:
    static Node& node(T& item) noexcept { return item; }
    T* object(Node* node) noexcept { return node == &head_ ? nullptr : static_cast<T*>(node); }
    const T* object(const Node* node) const noexcept
    {
        return node == &head_ ? nullptr : static_cast<const T*>(node);
    }

    Node head_;
};

} // namespace sysvipc
