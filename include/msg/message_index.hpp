// SPDX-License-Identifier: GPL-2.0
/*
 * MessageIndex: the messages of a queue by type, and those of one type in order of arrival.
 *
 * A treap: a search tree by type in which every node has a lower rank than its parent.  The rank is a
 * hash of the type and a secret of the module, so no choice of types makes the tree deep: a lookup takes
 * O(log types).  A node stores no rank, only two links.
 *
 * The node of a type is its youngest message; further messages of the type form a ring that leads from
 * the node to the oldest and on in order of arrival:
 *
 *              known_'s link     after_
 *     node     left              right, or, marked, the oldest of the ring
 *     oldest   right of node     next
 *     others   -                 next
 *
 * It owns no messages and allocates no memory.
 *
 * Locks: the queue's, for everything.
 */
#pragma once

#include <msg/message.hpp>

namespace sysvipc {

class MessageIndex : Pinned {
public:
    /* Call once, before the first message. */
    static void choose_secret() noexcept;

    /* Adds @message as the youngest. */
    void add(Message& message) noexcept;
    void remove(Message& message) noexcept;

    /* All lookups return nullptr if there is none. */
    [[nodiscard]] Message* oldest_of(i64 type) noexcept { return oldest_at(place_of(type)); }
    /* The oldest message of the lowest type, and of the lowest type not below @type. */
    [[nodiscard]] Message* oldest_of_lowest() noexcept;
    [[nodiscard]] Message* oldest_from(i64 type) noexcept;
    /* The next younger one of the same type. */
    [[nodiscard]] Message* next_of_type(Message& message) noexcept;

private:
    friend class StoreInspector; /* kunit/ */

    /* A message or nullptr; the lowest bit marks a link to the oldest of a ring. */
    using Link = void*;

    [[nodiscard]] static Message* at(Link link) noexcept { return static_cast<Message*>(link); }
    [[nodiscard]] static Link marked(Message& oldest) noexcept
    {
        return reinterpret_cast<u8*>(&oldest) + 1;
    }
    [[nodiscard]] static bool has_ring(const Message& node) noexcept
    {
        return (reinterpret_cast<std::uintptr_t>(node.after_) & 1) != 0;
    }
    /* Precondition: @node has a ring. */
    [[nodiscard]] static Message& oldest_in_ring(const Message& node) noexcept
    {
        return *at(static_cast<u8*>(node.after_) - 1);
    }
    [[nodiscard]] static Message* oldest_at(Link link) noexcept
    {
        Message* node = at(link);
        return node && has_ring(*node) ? &oldest_in_ring(*node) : node;
    }
    [[nodiscard]] static Link& left(Message& node) noexcept { return node.known_.link(); }
    [[nodiscard]] static Link& right(Message& node) noexcept
    {
        return has_ring(node) ? oldest_in_ring(node).known_.link() : node.after_;
    }
    [[nodiscard]] static u64 rank_of(const Message& node) noexcept;

    /* The link to the node of @type, or the link at which to insert it. */
    [[nodiscard]] Link& place_of(i64 type) noexcept;
    void add_type(Message& message) noexcept;
    static void join_ring(Link& place, Message& node, Message& message) noexcept;
    static void leave_ring(Link& place, Message& node, Message& message) noexcept;
    static void merge(Link& place, Message* lower, Message* higher) noexcept;

    Link root_ { nullptr };
};

} // namespace sysvipc
