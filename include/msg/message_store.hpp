// SPDX-License-Identifier: GPL-2.0
/*
 * MessageStore: the messages of one queue, in order of arrival and by type.
 *
 * The oldest message of each type is a node of a tree ordered by type, which also knows the oldest
 * message of each subtree; the others of its type are chained behind it.  Any selection but a place
 * in the queue takes O(log types) steps, however long the queue is, and needs no memory.
 *
 * Locks: the queue's, for everything.
 */
#pragma once

#include <base/list.hpp>
#include <msg/message.hpp>
#include <rules/message_match.hpp>

namespace sysvipc {

class MessageStore : Pinned {
public:
    MessageStore() = default;

    /* The youngest from now on; owned by the store until taken. */
    void add(Box<Message> message) noexcept;
    /* nullptr: none. */
    [[nodiscard]] Message* select(const MessageSelector& selector) noexcept;
    /* @message is what select() gave, but for Ordinal: the oldest of its type. */
    [[nodiscard]] Box<Message> take(Message& message) noexcept;
    /* Any message, in no useful order for the tree: only for emptying a store that is done with. */
    [[nodiscard]] Box<Message> drain_one() noexcept
    {
        return Box<Message>::adopt(arrivals_.pop_front());
    }

private:
    friend class StoreInspector; /* kunit/ */

    [[nodiscard]] Message* oldest_of(i64 type) const noexcept;
    [[nodiscard]] Message* oldest_at_most(i64 type) const noexcept;
    [[nodiscard]] Message* oldest_except(i64 type) const noexcept;
    [[nodiscard]] Message* at_place(i64 place) noexcept;

    List<Message> arrivals_;
    MaxTree types_; /* by type; the value falls with each arrival */
    u64 arrived_ { 0 };
};

} // namespace sysvipc
