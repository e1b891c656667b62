// SPDX-License-Identifier: GPL-2.0
/*
 * IndexMap: small integers to objects (the kernel's idr; an array of the lowest ones saves most lookups its
 * walk).  KeyMap: keys to objects (the kernel's rhashtable).  Lookups run under RCU concurrently with one
 * writer; the caller serialises writers and keeps removed objects alive for an RCU grace period.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/table.h>
#include <user/user_memory.hpp>

namespace sysvipc {

class IndexMap : Pinned {
public:
    IndexMap() noexcept { kapi_idr_init(&idr_); }
    ~IndexMap() { kapi_idr_destroy(&idr_); }

    /* Memory for one allocate(): allocated before locking (sleeps), held while it lives. */
    class [[nodiscard]] Preload : Pinned {
    public:
        Preload() noexcept { kapi_idr_preload(); }
        ~Preload() { kapi_idr_preload_end(); }
    };

    /*
     * Allocates the next free index below @end after the last one, wrapping; it maps to nothing
     * yet.
     * Errors: ENOSPC, ENOMEM.
     */
    [[nodiscard]] Result<i32> allocate(i32 end) noexcept
    {
        int index = kapi_idr_alloc_cyclic(&idr_, nullptr, end);
        if (index < 0 && is_last_spare_) [[unlikely]] {
            drop_spare(); /* perhaps the only one that is free */
            index = kapi_idr_alloc_cyclic(&idr_, nullptr, end);
        }
        if (index >= 0) {
            drop_spare();
            last_ = index;
        }
        return result_of(index);
    }
    /* Allocates the first free index in [@first, @end).  Errors: as above. */
    [[nodiscard]] Result<i32> allocate_from(i32 first, i32 end) noexcept
    {
        drop_spare();
        return result_of(kapi_idr_alloc_from(&idr_, nullptr, first, end));
    }
    /* Makes @object, as written so far, visible at an allocated index. */
    void publish(i32 index, void* object) noexcept
    {
        kapi_idr_replace(&idr_, object, index);
        if (index < kLowest)
            lowest_[index].store_release(object);
    }
    void remove(i32 index) noexcept
    {
        if (index < kLowest)
            lowest_[index].store_relaxed(nullptr);
        if (index == last_) {
            kapi_idr_replace(&idr_, nullptr, index);
            is_last_spare_ = true;
        } else {
            kapi_idr_remove(&idr_, index);
        }
    }
    /* @index may come from user space, if it is not negative. */
    [[nodiscard]] void* find(i32 index) const noexcept
    {
        if (index < kLowest) [[likely]] {
            if (void* object = lowest_[clamp_index(index, kLowest)].load_acquire()) [[likely]]
                return object;
        }
        return kapi_idr_find(&idr_, index);
    }
    /* The first object at or above @index, which is set to its index; nullptr: none. */
    [[nodiscard]] void* find_from(i32& index) const noexcept
    {
        return kapi_idr_get_next(&idr_, &index);
    }

private:
    /* So many are used in turn while few are in use, unless the layout of ids is the extended one. */
    static constexpr i32 kLowest = 64;

    [[nodiscard]] static Result<i32> result_of(int index) noexcept
    {
        if (index < 0)
            return from_kernel(index);
        return index;
    }
    void drop_spare() noexcept
    {
        if (is_last_spare_)
            kapi_idr_remove(&idr_, last_);
        is_last_spare_ = false;
    }

    kapi_idr idr_;
    /*
     * The index that allocate() returned last.  Once removed it is kept as a spare, allocated and mapping to
     * nothing, until the next allocation: the node of the idr that contains it is likely to contain the next
     * index too, and need not be freed and allocated for each object that comes and goes.  Indexes still come
     * in the idr's order: it would return this one only when no other is free.
     */
    i32 last_ { -1 };
    bool is_last_spare_ { false };
    /* Set after the idr's entry and cleared before it: only that decides whether an object is found. */
    Atomic<void*> lowest_[kLowest];
};

class KeyMap : Pinned {
public:
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept
    {
        if (const int status = kapi_keys_init(&keys_))
            return from_kernel(status);
        return {};
    }
    /* Must be empty.  Sleeps. */
    void stop() noexcept { kapi_keys_destroy(&keys_); }

    [[nodiscard]] kapi_keyed* find(i32 key) const noexcept { return kapi_keys_find(&keys_, key); }
    /* Errors: EEXIST; ENOMEM, E2BIG, EBUSY as rhashtable_insert_fast() has them. */
    [[nodiscard]] Result<void> insert(kapi_keyed& object) noexcept
    {
        if (const int status = kapi_keys_insert(&keys_, &object))
            return from_kernel(status);
        return {};
    }
    [[nodiscard]] bool remove(kapi_keyed& object) noexcept
    {
        return kapi_keys_remove(&keys_, &object) == 0;
    }

private:
    mutable kapi_rhashtable keys_;
};

} // namespace sysvipc
