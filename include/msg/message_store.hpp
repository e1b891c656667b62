// SPDX-License-Identifier: GPL-2.0
/*
 * MessageStore: the messages of one queue, in order of arrival and by type.
 *
 * Security modules may hide a message from a receiver; selection then skips it.
 *
 * An index by type finds the oldest message of a type, and of the lowest type.  The oldest message not of a
 * given type is the oldest of all, unless that has the type: then a search walks the queue from the point
 * where the last search ended.  So any selection except by position takes O(log types) steps, amortised
 * over the messages sent and received, and allocates no memory.
 *
 * Locks: the queue's, for everything.
 */
#pragma once

#include <mem/owning_list.hpp>
#include <msg/message.hpp>
#include <msg/message_index.hpp>
#include <rules/message_match.hpp>

namespace sysvipc {

/* Not copyable because of its list; a second Pinned base would make it larger. */
class MessageStore {
public:
    MessageStore() = default;

    /* Adds @message as the youngest; the store owns it until it is taken. */
    void add(Box<Message> message) noexcept;
    /*
     * The message that @selector asks for, among those for which @is_visible(message) is true;
     * nullptr: none.  Calls @is_visible once per candidate, in order, until one is visible; for
     * Ordinal, for every message up to the position.
     */
    template <class IsVisible>
    [[nodiscard]] Message* select(const MessageSelector& selector, IsVisible&& is_visible) noexcept
    {
        const bool is_ordinal = selector.rule() == MessageSelector::Rule::Ordinal;
        u64 to_pass = is_ordinal ? static_cast<u64>(selector.operand()) : 0;
        Message* message = first_candidate(selector);
        for (; message; message = next_candidate(selector, *message)) {
            if (is_visible(*message) && to_pass-- == 0)
                break;
        }
        return message;
    }
    [[nodiscard]] Box<Message> take(Message& message) noexcept;
    /* Takes some message out and leaves the index invalid: only to empty an abandoned store. */
    [[nodiscard]] Box<Message> drain_one() noexcept { return arrivals_.pop_front(); }

private:
    friend class StoreInspector; /* kunit/ */

    /* The messages that @selector allows, in order of preference. */
    [[nodiscard]] Message* first_candidate(const MessageSelector& selector) noexcept;
    [[nodiscard]] Message* next_candidate(const MessageSelector& selector,
                                          Message& message) noexcept;
    [[nodiscard]] Message* oldest_except(i64 type) noexcept;

    OwningList<Message> arrivals_;
    MessageIndex types_;
    /* INVARIANT: all messages before run_end_ have the type of the oldest.  nullptr: unknown. */
    Message* run_end_ { nullptr };
};

} // namespace sysvipc
