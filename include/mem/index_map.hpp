// SPDX-License-Identifier: GPL-2.0
/*
 * IndexMap: small integers to objects (the lowest ones in place, the others by the kernel's idr).  KeyMap: keys
 * to objects (the kernel's rhashtable).  Lookups run under RCU concurrently with one writer; the caller
 * serialises writers and keeps removed objects alive for an RCU grace period.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <host/table.h>
#include <kapi/idr.h>
#include <mem/low_indexes.hpp>

namespace sysvipc {

class IndexMap : Pinned {
public:
    IndexMap() noexcept { kapi_idr_init(&idr_, LowIndexes::kCount); }
    ~IndexMap() { kapi_idr_destroy(&idr_); }

    /* Memory for one allocate(): allocated before locking (sleeps), held while it lives. */
    class [[nodiscard]] Preload : Pinned {
    public:
        Preload() noexcept { kapi_idr_preload(); }
        ~Preload() { kapi_idr_preload_end(); }
    };

    /*
     * Allocates the next free index below @end after the last one, wrapping; no object is at it yet.
     * Errors: ENOSPC, ENOMEM.
     */
    [[nodiscard]] Result<i32> allocate(i32 end) noexcept
    {
        const i32 index = TRY(next_free(end));
        drop_spare();
        next_ = index + 1;
        return index;
    }
    /* Allocates the first free index in [@first, @end).  Errors: ENOSPC, ENOMEM. */
    [[nodiscard]] Result<i32> allocate_from(i32 first, i32 end) noexcept
    {
        drop_spare();
        return first_free(first, end);
    }
    /* Makes @object visible at an allocated index, with release semantics. */
    void publish(i32 index, void* object) noexcept
    {
        if (is_low(index)) [[likely]]
            low_.publish(index, object);
        else
            kapi_idr_replace(&idr_, object, index);
    }
    void remove(i32 index) noexcept
    {
        if (is_low(index)) [[likely]] {
            low_.remove(index);
        } else if (index == next_ - 1) {
            kapi_idr_replace(&idr_, nullptr, index);
            is_last_spare_ = true;
        } else {
            kapi_idr_remove(&idr_, index);
        }
    }
    /* @index, not negative, may come from user space. */
    [[nodiscard]] void* find(i32 index) const noexcept
    {
        if (is_low(index)) [[likely]]
            return low_.find(index);
        return kapi_idr_find(&idr_, index);
    }
    /* The first object at or above @index (not negative); sets @index to its index; nullptr: none. */
    [[nodiscard]] void* find_from(i32& index) const noexcept
    {
        for (; is_low(index); ++index) {
            if (void* object = low_.find(index))
                return object;
        }
        return kapi_idr_get_next(&idr_, &index);
    }

private:
    [[nodiscard]] static constexpr bool is_low(i32 index) noexcept
    {
        return index < LowIndexes::kCount;
    }
    /* Both allocate an index: next_free() as allocate(), first_free() in a range.  Errors: as allocate(). */
    [[nodiscard]] Result<i32> next_free(i32 end) noexcept
    {
        Result<i32> found = first_free(next_, end);
        if (found.ok() || found.error() != Errno::ENOSPC) [[likely]]
            return found;
        drop_spare(); /* may be the only free index */
        return first_free(0, end);
    }
    [[nodiscard]] Result<i32> first_free(i32 first, i32 end) noexcept
    {
        if (is_low(first)) [[likely]] {
            first = low_.allocate(first, end);
            if (is_low(first)) [[likely]]
                return first;
        }
        if (first >= end)
            return Errno::ENOSPC;
        const int index = kapi_idr_alloc_from(&idr_, nullptr, first, end);
        if (index < 0)
            return from_kernel(index);
        return index;
    }
    void drop_spare() noexcept
    {
        if (is_last_spare_)
            kapi_idr_remove(&idr_, next_ - 1);
        is_last_spare_ = false;
    }

    /* The indexes above the low ones. */
    kapi_idr idr_;
    LowIndexes low_;
    /* The index after the one that allocate() returned last. */
    i32 next_ { 0 };
    /*
     * True: the index that allocate() returned last has been removed, but stays allocated in the idr, without
     * an object, until the next allocation.  The idr's node is likely to contain the next index, too, and so
     * need not be freed and allocated for each object.  allocate() tries this index after all others.
     */
    bool is_last_spare_ { false };
};

class KeyMap : Pinned {
public:
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept
    {
        if (const int status = host_keys_init(&keys_))
            return from_kernel(status);
        return {};
    }
    /* Must be empty.  Sleeps. */
    void stop() noexcept { host_keys_destroy(&keys_); }

    [[nodiscard]] kapi_keyed* find(i32 key) const noexcept { return host_keys_find(&keys_, key); }
    /* Errors: EEXIST; ENOMEM, E2BIG, EBUSY as rhashtable_insert_fast() has them. */
    [[nodiscard]] Result<void> insert(kapi_keyed& object) noexcept
    {
        if (const int status = host_keys_insert(&keys_, &object))
            return from_kernel(status);
        return {};
    }
    [[nodiscard]] bool remove(kapi_keyed& object) noexcept
    {
        return host_keys_remove(&keys_, &object) == 0;
    }

private:
    mutable kapi_rhashtable keys_;
};

} // namespace sysvipc
