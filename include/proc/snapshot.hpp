// SPDX-License-Identifier: GPL-2.0
/*
 * Snapshot<Item>: items copied under a lock and formatted after unlocking; memory is reserved before locking.
 */
#pragma once

#include <mem/array.hpp>

namespace sysvipc {

template <class Item>
class Snapshot : Pinned {
public:
    /* Reserves room for @count items, and some that are added meanwhile.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start(u64 count) noexcept
    {
        constexpr u64 kMore = 16;

        return items_.start(count + kMore);
    }
    /* Omits an item if the room is used up: more items were added after counting. */
    void add(const Item& item) noexcept
    {
        if (used_ < items_.count())
            items_[used_++] = item;
    }
    [[nodiscard]] Item* begin() noexcept { return items_.data(); }
    [[nodiscard]] Item* end() noexcept { return items_.data() + used_; }

private:
    SmallArray<Item, 16> items_;
    usize used_ { 0 };
};

} // namespace sysvipc
