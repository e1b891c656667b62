// SPDX-License-Identifier: GPL-2.0
/*
 * Identifiers: an index into the table and a sequence number, which distinguishes successive objects at
 * the same index.  Kernel source: ipc/util.h.
 */
#pragma once

#include <base/strong.hpp>
#include <base/types.hpp>

namespace sysvipc {

using Key = Strong<i32, struct KeyTag>;
inline constexpr Key kPrivateKey { 0 };

class IpcId {
public:
    constexpr IpcId() = default;
    constexpr explicit IpcId(i32 value) noexcept : value_(value) { }

    [[nodiscard]] constexpr i32 value() const noexcept { return value_; }
    [[nodiscard]] constexpr bool is_negative() const noexcept { return value_ < 0; }
    constexpr bool operator==(const IpcId&) const noexcept = default;

private:
    i32 value_ { -1 };
};

/* The split of an id: the low bits are the index, the others, except the sign, the sequence number. */
class IdLayout {
public:
    /* @least_cycle: the least number of indexes allocated before one is reused. */
    constexpr IdLayout(i32 index_bits, i32 least_cycle) noexcept
        : index_bits_(index_bits),
          max_index_((1 << index_bits) - 1),
          least_cycle_(least_cycle)
    {
    }

    /* The number of indexes. */
    [[nodiscard]] constexpr i32 slots() const noexcept { return max_index_ + 1; }
    [[nodiscard]] constexpr i32 max_index() const noexcept { return max_index_; }
    [[nodiscard]] constexpr i32 max_sequence() const noexcept
    {
        return (0x7fffffff >> index_bits_) - 1;
    }

    [[nodiscard]] constexpr IpcId compose(i32 index, i32 sequence) const noexcept
    {
        return IpcId { (sequence << index_bits_) + index };
    }
    [[nodiscard]] constexpr i32 index_of(IpcId id) const noexcept
    {
        return id.value() & max_index();
    }
    [[nodiscard]] constexpr i32 sequence_of(IpcId id) const noexcept
    {
        return id.value() >> index_bits_;
    }

    /*
     * Upper end for the next index: 1.5 times the number in use, so that indexes stay dense, and at least
     * least_cycle, so that they are not reused at once.
     */
    [[nodiscard]] constexpr i32 cyclic_index_end(i32 in_use) const noexcept
    {
        return min(max(in_use + in_use / 2, least_cycle_), slots());
    }
    /* The sequence number for @index, allocated after @last_index with @sequence. */
    [[nodiscard]] constexpr i32 next_sequence(i32 sequence, i32 index,
                                              i32 last_index) const noexcept
    {
        if (index > last_index)
            return sequence;
        return sequence == max_sequence() ? 0 : sequence + 1;
    }

private:
    i32 index_bits_;
    i32 max_index_; /* all bits of the index set */
    i32 least_cycle_;
};

/* The cycle is one node of the kernel's radix tree, or a full tree of two levels. */
inline constexpr IdLayout kStandardIds { 15, 64 };
inline constexpr IdLayout kExtendedIds { 24, 64 * 64 };

namespace proofs {

consteval bool layout_is_sound(IdLayout ids)
{
    const IpcId id = ids.compose(5, 2);
    const IpcId last = ids.compose(ids.max_index(), ids.max_sequence());
    return ids.index_of(id) == 5 && ids.sequence_of(id) == 2 && last.value() > 0
        && ids.compose(0, 0).value() == 0 && ids.next_sequence(7, 3, 2) == 7
        && ids.next_sequence(7, 2, 2) == 8 && ids.next_sequence(7, 0, 9) == 8
        && ids.next_sequence(ids.max_sequence(), 0, 0) == 0
        && ids.cyclic_index_end(ids.slots() - 1) == ids.slots();
}

} // namespace proofs

static_assert(proofs::layout_is_sound(kStandardIds) && proofs::layout_is_sound(kExtendedIds));
static_assert(kStandardIds.slots() == 32768 && kStandardIds.max_sequence() == 65534);
static_assert(kExtendedIds.slots() == 16777216 && kExtendedIds.max_sequence() == 126);
static_assert(kStandardIds.cyclic_index_end(0) == 64
              && kStandardIds.cyclic_index_end(32000) == 32768);

} // namespace sysvipc
