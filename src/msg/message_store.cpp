// SPDX-License-Identifier: GPL-2.0
/* Order and selection of messages (contracts: include/msg/message_store.hpp). */
#include <msg/message_store.hpp>

#include <base/poison.hpp>

namespace sysvipc {

void MessageStore::add(Box<Message> added) noexcept
{
    types_.add(arrivals_.push_back(move(added)));
}

Box<Message> MessageStore::take(Message& message) noexcept
{
    if (&message == run_end_) [[unlikely]]
        run_end_ = arrivals_.previous(message);
    types_.remove(message);
    return arrivals_.remove(message);
}

Message* MessageStore::first_candidate(const MessageSelector& selector) noexcept
{
    switch (selector.rule()) {
    case MessageSelector::Rule::Any:
    case MessageSelector::Rule::Ordinal:
        return arrivals_.first();
    case MessageSelector::Rule::Equal:
        return types_.oldest_of(selector.operand());
    case MessageSelector::Rule::AtMost: {
        Message* lowest = types_.oldest_of_lowest();
        return lowest && lowest->type() <= selector.operand() ? lowest : nullptr;
    }
    case MessageSelector::Rule::Except:
        return oldest_except(selector.operand());
    }
    return nullptr;
}

Message* MessageStore::next_candidate(const MessageSelector& selector, Message& message) noexcept
{
    Message* next = nullptr;
    switch (selector.rule()) {
    case MessageSelector::Rule::Any:
    case MessageSelector::Rule::Ordinal:
        return arrivals_.next(message);
    case MessageSelector::Rule::Equal:
        return types_.next_of_type(message);
    case MessageSelector::Rule::AtMost:
        next = types_.next_of_type(message);
        if (!next && message.type() < selector.operand())
            next = types_.oldest_from(message.type() + 1);
        return next && next->type() <= selector.operand() ? next : nullptr;
    case MessageSelector::Rule::Except:
        next = arrivals_.next(message);
        while (next && next->type() == selector.operand())
            next = arrivals_.next(*next);
        return next;
    }
    return nullptr;
}

/*
 * The cost is amortised: taking the message at the run's end moves the end back by one message only,
 * and a new run begins after all messages that the search has passed.
 */
Message* MessageStore::oldest_except(i64 type) noexcept
{
    Message* oldest = arrivals_.first();
    if (!oldest || oldest->type() != type)
        return oldest;
    Message* end = run_end_ ? run_end_ : oldest;
    while (end->type() == type) {
        run_end_ = end;
        end = arrivals_.next(*end);
        if (!end)
            return nullptr;
    }
    run_end_ = end;
    return end;
}

} // namespace sysvipc
