// SPDX-License-Identifier: GPL-2.0
/* The receivers that a message may go to (contracts: include/msg/receiver_line.hpp). */
#include <msg/receiver_line.hpp>

#include <base/poison.hpp>

namespace sysvipc {

ReceiverLine::Accepting::Accepting(ReceiverLine& line, i64 type) noexcept
    : line_(line),
      type_(type),
      of_several_(accepting_from(line.first())),
      of_one_(line.tree_.first_not([type](const Receiver& receiver) {
          return !receiver.wants_one_type() || receiver.selector.operand() < type;
      }))
{
    if (of_one_ && !of_one_->selector.accepts(type))
        of_one_ = nullptr;
}

/* The first receiver of several types, from @receiver on, that accepts the type; nullptr: none. */
Receiver* ReceiverLine::Accepting::accepting_from(Receiver* receiver) noexcept
{
    for (; receiver && !receiver->wants_one_type(); receiver = line_.next(*receiver)) {
        if (receiver->selector.accepts(type_))
            return receiver;
    }
    return nullptr;
}

Receiver* ReceiverLine::Accepting::next() noexcept
{
    if (of_several_ && (!of_one_ || of_several_->place_ < of_one_->place_)) {
        Receiver* found = of_several_;
        of_several_ = accepting_from(line_.next(*found));
        return found;
    }
    Receiver* found = of_one_;
    if (found) {
        of_one_ = line_.next(*found);
        if (of_one_ && !of_one_->selector.accepts(type_))
            of_one_ = nullptr;
    }
    return found;
}

} // namespace sysvipc
