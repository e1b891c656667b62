// SPDX-License-Identifier: GPL-2.0
/*
 * SemRange: the semaphores of a set that a change is about: none, one, all, or those that an undo record
 * may have adjusted.  A loop visits their numbers:
 *
 *     for (const u32 number : SemRange::all(set))
 *
 * Locks:   none to make a range.  One of touched ones is exact if the set's lock is held from then on;
 *     otherwise SETALL may empty the record meanwhile, and the range has one semaphore too many.
 * Lifetime: a range of touched ones refers to its record.
 */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

class SemSet;
class SemUndo;

class SemRange {
public:
    [[nodiscard]] static SemRange none() noexcept { return { 0, 0, nullptr }; }
    [[nodiscard]] static SemRange one(u32 number) noexcept
    {
        return { number, number + 1, nullptr };
    }
    [[nodiscard]] static SemRange all(const SemSet& set) noexcept;
    [[nodiscard]] static SemRange touched(const SemUndo& undo) noexcept;

    class Iterator {
    public:
        [[nodiscard]] u32 operator*() const noexcept { return number_; }
        Iterator& operator++() noexcept
        {
            number_ = undo_ ? touched_after(*undo_, number_) : number_ + 1;
            return *this;
        }
        [[nodiscard]] bool operator!=(const Iterator& other) const noexcept
        {
            return number_ != other.number_;
        }

    private:
        friend class SemRange;
        Iterator(u32 number, const SemUndo* undo) noexcept : number_(number), undo_(undo) { }
        u32 number_;
        const SemUndo* undo_;
    };
    [[nodiscard]] Iterator begin() const noexcept { return { begin_, undo_ }; }
    [[nodiscard]] Iterator end() const noexcept { return { end_, undo_ }; }

private:
    SemRange(u32 begin, u32 end, const SemUndo* undo) noexcept
        : begin_(begin),
          end_(end),
          undo_(undo)
    {
    }
    [[nodiscard]] static u32 touched_after(const SemUndo& undo, u32 number) noexcept;

    u32 begin_;
    u32 end_;
    const SemUndo* undo_; /* nullptr: all numbers from begin_ on */
};

} // namespace sysvipc
