// SPDX-License-Identifier: GPL-2.0
/*
 * SemRange: the semaphores that a change affects: none, one, all, or those that an undo record may have
 * adjusted.  A loop visits their numbers:
 *
 *     for (const u32 number : SemRange::all(set))
 *
 * Locks:   none to make a range.  A range of touched semaphores is exact if the set's lock is held from then
 *     on; otherwise SETALL may clear the record meanwhile, and the loop still visits the rest of one word.
 * Lifetime: a range of touched semaphores refers to its record.
 */
#pragma once

#include <base/types.hpp>
#include <bit>

namespace sysvipc {

class SemSet;
class SemUndo;

class SemRange {
public:
    /* The number of semaphores whose bits are in one word of an undo record. */
    static constexpr u32 kWordBits = 64;

    [[nodiscard]] static SemRange none() noexcept { return numbers(0, 0); }
    [[nodiscard]] static SemRange one(u32 number) noexcept { return numbers(number, number + 1); }
    [[nodiscard]] static SemRange all(const SemSet& set) noexcept;
    [[nodiscard]] static SemRange touched(const SemUndo& undo) noexcept;

    class Iterator {
    public:
        [[nodiscard]] u32 operator*() const noexcept { return number_; }
        /* Inlined, so that the compiler sees which kind of range it is. */
        [[gnu::always_inline]] Iterator& operator++() noexcept
        {
            if (!undo_)
                ++number_;
            else if (rest_ != 0)
                take_next();
            else
                *this = touched_from(*undo_, (number_ | (kWordBits - 1)) + 1);
            return *this;
        }
        [[nodiscard]] bool operator!=(const Iterator& other) const noexcept
        {
            return number_ != other.number_;
        }

    private:
        friend class SemRange;

        Iterator(u32 number, u64 rest, const SemUndo* undo) noexcept
            : number_(number),
              undo_(undo),
              rest_(rest)
        {
        }
        void take_next() noexcept
        {
            number_ = number_ / kWordBits * kWordBits + static_cast<u32>(std::countr_zero(rest_));
            rest_ &= rest_ - 1;
        }

        u32 number_;
        const SemUndo* undo_;
        u64 rest_; /* bits of the same word of the record that are still to visit */
    };
    [[nodiscard]] Iterator begin() const noexcept { return begin_; }
    [[nodiscard]] Iterator end() const noexcept { return { end_, 0, nullptr }; }

private:
    [[nodiscard]] static SemRange numbers(u32 begin, u32 end) noexcept
    {
        return { { begin, 0, nullptr }, end };
    }
    SemRange(Iterator begin, u32 end) noexcept : begin_(begin), end_(end) { }
    /* The first touched semaphore from @number on. */
    [[nodiscard]] static Iterator touched_from(const SemUndo& undo, u32 number) noexcept;

    Iterator begin_;
    u32 end_;
};

} // namespace sysvipc
