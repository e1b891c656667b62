// SPDX-License-Identifier: GPL-2.0
/*
 * PairMap: objects found by a pair of addresses (the kernel's rhashtable).  Lookups run under RCU
 * concurrently with writers; the caller keeps removed objects alive for a grace period.
 *
 * INVARIANT: an object leaves the map before either address can be reused.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/table.h>

namespace sysvipc {

class PairMap : Pinned {
public:
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept
    {
        if (const int status = host_pairs_init(&table_))
            return from_kernel(status);
        return {};
    }
    /* Must be empty.  Sleeps. */
    void stop() noexcept { host_pairs_destroy(&table_); }

    [[nodiscard]] kapi_paired* find(const void* first, const void* second) noexcept
    {
        return host_pairs_find(&table_, first, second);
    }
    /* Does not sleep.  Errors: EEXIST; ENOMEM, E2BIG, EBUSY as rhashtable_insert_fast(). */
    [[nodiscard]] Result<void> insert(kapi_paired& object) noexcept
    {
        if (const int status = host_pairs_insert(&table_, &object))
            return from_kernel(status);
        return {};
    }
    [[nodiscard]] bool remove(kapi_paired& object) noexcept
    {
        return host_pairs_remove(&table_, &object) == 0;
    }

private:
    kapi_rhashtable table_ {};
};

} // namespace sysvipc
