// SPDX-License-Identifier: GPL-2.0
/*
 * Receiver: a task that waits for a message.  ReceiverLine: the receivers that wait at one queue.
 *
 * A message goes to the receiver that has waited longest of those that accept its type.  Many tasks often
 * wait at one queue, each for its own type; a tree by type finds the right receiver in O(log receivers).
 * Few receivers accept several types; they are tried one by one.
 *
 * Locks: the queue's, for everything.
 */
#pragma once

#include <mem/box.hpp>
#include <mem/ordered_tree.hpp>
#include <msg/message.hpp>
#include <os/waiter.hpp>
#include <rules/message_match.hpp>

namespace sysvipc {

class Receiver : public Waiter, public TreeNode<Receiver> {
public:
    enum class Answer : u8 { TryAgain, Delivered, TooBig, Removed };

    Receiver(const MessageSelector& wanted, usize room) noexcept : selector(wanted), capacity(room)
    {
    }

    const MessageSelector selector;
    const usize capacity; /* a longer message is refused with E2BIG */
    Answer answer { Answer::TryAgain };
    Box<Message> message; /* set if the answer is Delivered */

private:
    friend class ReceiverLine;

    [[nodiscard]] bool wants_one_type() const noexcept
    {
        return selector.rule() == MessageSelector::Rule::Equal;
    }

    u64 place_ { 0 }; /* position in the order of arrival; 0: not joined yet */
};

class ReceiverLine {
public:
    [[nodiscard]] bool is_empty() noexcept { return tree_.is_empty(); }

    /* Adds @receiver at the end, or, if it has joined before, at its old place. */
    void join(Receiver& receiver) noexcept
    {
        if (receiver.place_ == 0)
            receiver.place_ = ++arrivals_;
        tree_.add(receiver);
    }
    void leave(Receiver& receiver) noexcept { tree_.remove(receiver); }

    /* All receivers: those that accept several types, then the others by type; ties by arrival. */
    [[nodiscard]] Receiver* first() noexcept { return tree_.first(); }
    [[nodiscard]] Receiver* next(Receiver& receiver) noexcept { return tree_.next(receiver); }

    /* The receivers that accept messages of one type, in order of arrival. */
    class Accepting {
    public:
        Accepting(ReceiverLine& line, i64 type) noexcept;
        /* The next one, which may leave afterwards; nullptr: none. */
        [[nodiscard]] Receiver* next() noexcept;

    private:
        [[nodiscard]] Receiver* accepting_from(Receiver* receiver) noexcept;

        ReceiverLine& line_;
        i64 type_;
        Receiver* of_several_; /* the next one that accepts several types */
        Receiver* of_one_; /* the next one that accepts only this type */
    };

    /*
     * Removes all and calls @visit(receiver) for each, which may free the receiver.  Receivers of the same
     * single type come in order of arrival, and so do those that accept several types.
     */
    template <class Visit>
    void take_all(Visit&& visit) noexcept
    {
        tree_.take_all(visit);
    }

private:
    struct ByType {
        static bool is_before(const Receiver& one, const Receiver& other) noexcept
        {
            if (one.wants_one_type() != other.wants_one_type())
                return other.wants_one_type();
            if (one.wants_one_type() && one.selector.operand() != other.selector.operand())
                return one.selector.operand() < other.selector.operand();
            return one.place_ < other.place_;
        }
    };

    OrderedTree<Receiver, ByType> tree_;
    u64 arrivals_ { 0 };
};

} // namespace sysvipc
