// SPDX-License-Identifier: GPL-2.0
/*
 * How an identifier is made of an index into the table and a sequence number, which tells the
 * objects apart that had the same index one after the other.  Kernel source: ipc/util.h.
 */
#pragma once

#include <base/strong.hpp>
#include <base/types.hpp>

namespace sysvipc {

using Key = Strong<i32, struct KeyTag>;
inline constexpr Key kPrivateKey { 0 };

class IpcId {
public:
    static constexpr u32 kIndexBits = 15;
    static constexpr i32 kSlots = 1 << kIndexBits;
    static constexpr i32 kMaxIndex = kSlots - 1;
    static constexpr i32 kMaxSequence = (0x7fffffff >> kIndexBits) - 1;

    constexpr IpcId() = default;
    constexpr explicit IpcId(i32 value) noexcept : value_(value) { }
    static constexpr IpcId compose(i32 index, i32 sequence) noexcept
    {
        return IpcId { (sequence << kIndexBits) + index };
    }

    [[nodiscard]] constexpr i32 value() const noexcept { return value_; }
    [[nodiscard]] constexpr bool is_negative() const noexcept { return value_ < 0; }
    [[nodiscard]] constexpr i32 index() const noexcept { return value_ & kMaxIndex; }
    [[nodiscard]] constexpr i32 sequence() const noexcept { return value_ >> kIndexBits; }
    constexpr bool operator==(const IpcId&) const noexcept = default;

private:
    i32 value_ { -1 };
};

/*
 * Where the next index may come from: half as many again as are in use, so that the indexes stay
 * dense, and never fewer than one node of the kernel's radix tree, so that they are not reused at
 * once.
 */
[[nodiscard]] constexpr i32 cyclic_index_end(i32 in_use) noexcept
{
    constexpr i32 kLeastCycle = 64;
    return min(max(in_use + in_use / 2, kLeastCycle), IpcId::kSlots);
}

/* The sequence number for @index, given after @last_index with @sequence. */
[[nodiscard]] constexpr i32 next_sequence(i32 sequence, i32 index, i32 last_index) noexcept
{
    if (index > last_index)
        return sequence;
    return sequence == IpcId::kMaxSequence ? 0 : sequence + 1;
}

static_assert(IpcId::compose(5, 2).index() == 5 && IpcId::compose(5, 2).sequence() == 2);
static_assert(IpcId::compose(IpcId::kMaxIndex, IpcId::kMaxSequence).value() > 0,
              "an identifier is never negative");
static_assert(IpcId::compose(0, 0).value() == 0, "the first identifier of a kernel is 0");
static_assert(next_sequence(7, 3, 2) == 7 && next_sequence(7, 2, 2) == 8
              && next_sequence(7, 0, 9) == 8);
static_assert(next_sequence(IpcId::kMaxSequence, 0, 0) == 0);
static_assert(cyclic_index_end(0) == 64 && cyclic_index_end(32000) == IpcId::kSlots);

} // namespace sysvipc
