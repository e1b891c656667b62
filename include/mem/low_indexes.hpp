// SPDX-License-Identifier: GPL-2.0
/*
 * LowIndexes: the indexes that a small table uses in turn, and their objects: a bit and a pointer for each,
 * without allocating memory.
 * Lookups run under RCU concurrently with one writer; the caller serialises writers and keeps removed objects
 * alive for an RCU grace period.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/types.hpp>
#include <bit>
#include <user/user_memory.hpp>

namespace sysvipc {

class LowIndexes {
public:
    /* The number of indexes used in turn while few objects exist: ipc_idr_alloc() in ipc/util.c. */
    static constexpr i32 kCount = 64;

    /* Allocates the first free index in [@first, @end), without an object; kCount: none.  @first < kCount. */
    [[nodiscard]] i32 allocate(i32 first, i32 end) noexcept
    {
        const u64 used = used_ | ~(~u64 { 0 } << first);
        const i32 index = std::countr_one(used);
        if (index >= end)
            return kCount;
        if (index < kCount)
            used_ |= bit(index);
        return index;
    }
    /* Makes @object visible at an allocated index, with release semantics. */
    void publish(i32 index, void* object) noexcept { objects_[index].store_release(object); }
    void remove(i32 index) noexcept
    {
        objects_[index].store_relaxed(nullptr);
        used_ &= ~bit(index);
    }
    /* nullptr: none.  @index, below kCount, may come from user space. */
    [[nodiscard]] void* find(i32 index) const noexcept
    {
        return objects_[clamp_index(index, kCount)].load_acquire();
    }

private:
    [[nodiscard]] static constexpr u64 bit(i32 index) noexcept { return u64 { 1 } << index; }

    Atomic<void*> objects_[kCount];
    /* One bit per allocated index. */
    u64 used_ { 0 };
};

} // namespace sysvipc
