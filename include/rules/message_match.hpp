// SPDX-License-Identifier: GPL-2.0
/* The message that a receiver selects.  msgop(2), "msgrcv()"; kernel source: ipc/msg.c. */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

class MessageSelector {
public:
    enum class Rule : u8 {
        Any, /* the oldest message */
        Equal, /* the oldest of one type */
        Except, /* the oldest of any other type */
        AtMost, /* of the lowest type up to a bound: the oldest */
        Ordinal, /* the one at a position in the queue, counted from 0 (MSG_COPY) */
    };

    /* @type as for msgrcv(2). */
    static constexpr MessageSelector from_request(i64 type, bool except, bool copy) noexcept
    {
        if (copy)
            return { Rule::Ordinal, type };
        if (type == 0)
            return { Rule::Any, 0 };
        if (type < 0)
            return { Rule::AtMost, type == INT64_MIN ? INT64_MAX : -type };
        return { except ? Rule::Except : Rule::Equal, type };
    }

    [[nodiscard]] constexpr Rule rule() const noexcept { return rule_; }
    /* The rule's number in ipc/msg.c, for security modules: from 1, in this order. */
    [[nodiscard]] constexpr i32 search_mode() const noexcept { return static_cast<i32>(rule_) + 1; }
    [[nodiscard]] constexpr i64 operand() const noexcept { return operand_; }

    /* The type argument of msgrcv(). */
    [[nodiscard]] constexpr i64 asked_for() const noexcept
    {
        return rule_ == Rule::AtMost ? -operand_ : operand_;
    }

    /* True if a waiting receiver accepts a message of @type. */
    [[nodiscard]] constexpr bool accepts(i64 type) const noexcept
    {
        switch (rule_) {
            [[likely]] case Rule::Equal : return type == operand_;
        case Rule::Any:
        case Rule::Ordinal:
            return true;
        case Rule::Except:
            return type != operand_;
        case Rule::AtMost:
            return type <= operand_;
        }
        return false;
    }

private:
    constexpr MessageSelector(Rule rule, i64 operand) noexcept : rule_(rule), operand_(operand) { }
    Rule rule_;
    i64 operand_;
};

/*
 * True if a message of @size bytes fits into a queue; never with a limit of 0.  Linux has one number for both limits.
 */
[[nodiscard]] constexpr bool message_fits(u64 size, u64 queued_bytes, u32 queued, u64 most_bytes,
                                          u32 most) noexcept
{
    return size + queued_bytes <= most_bytes && queued < most;
}

static_assert(MessageSelector::from_request(0, true, false).rule() == MessageSelector::Rule::Any,
              "MSG_EXCEPT means nothing without a type");
static_assert(MessageSelector::from_request(-3, true, false).accepts(3));
static_assert(!MessageSelector::from_request(-3, false, false).accepts(4));
static_assert(MessageSelector::from_request(INT64_MIN, false, false).accepts(INT64_MAX));
static_assert(!MessageSelector::from_request(5, true, false).accepts(5));
static_assert(MessageSelector::from_request(0, false, false).search_mode() == 1);
static_assert(MessageSelector::from_request(0, false, true).search_mode() == 5);
static_assert(message_fits(10, 0, 0, 10, 10) && !message_fits(11, 0, 0, 10, 10));
static_assert(message_fits(0, 0, 9, 10, 10) && !message_fits(0, 0, 10, 10, 10),
              "empty messages count too");

} // namespace sysvipc
