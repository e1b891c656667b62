// SPDX-License-Identifier: GPL-2.0
/*
 * Snapshot<Item>: items that are copied under a lock and shown after it, with room that is made before.
 */
#pragma once

#include <mem/array.hpp>

namespace sysvipc {

template <class Item>
class Snapshot : Pinned {
public:
    /* Room for @count items, and some that come meanwhile.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start(u64 count) noexcept
    {
        constexpr u64 kMore = 16;

        return items_.start(count + kMore);
    }
    /* What finds no room is left out: it came later than the look at how many there are. */
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
