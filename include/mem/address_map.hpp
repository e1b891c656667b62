// SPDX-License-Identifier: GPL-2.0
/*
 * AddressMap: objects found by the address of another object (the kernel's rhashtable).
 * Lookups run under RCU concurrently with writers; the caller keeps removed objects alive for a grace period.
 *
 * INVARIANT: an object leaves the map before its address can be reused, otherwise a lookup would find a
 *     stale entry.  So an object holds a reference to the object at the address, and the hook that removes
 *     entries is installed before any that inserts them.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/table.h>

namespace sysvipc {

class AddressMap : Pinned {
public:
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept
    {
        if (const int status = host_addresses_init(&table_))
            return from_kernel(status);
        return {};
    }
    /* Hands every object to @each.  Precondition: the map is no longer used.  Sleeps. */
    void stop(void (*each)(kapi_addressed*)) noexcept { host_addresses_destroy(&table_, each); }

    /* Runs under RCU.  May visit an object more than once while others are inserted. */
    void visit(void (*each)(kapi_addressed*, void*) noexcept, void* context) noexcept
    {
        host_addresses_visit(&table_, each, context);
    }

    [[nodiscard]] kapi_addressed* find(const void* address) noexcept
    {
        return host_addresses_find(&table_, address);
    }
    /* Does not sleep.  Errors: EEXIST; ENOMEM, E2BIG, EBUSY as rhashtable_insert_fast(). */
    [[nodiscard]] Result<void> insert(kapi_addressed& object) noexcept
    {
        if (const int status = host_addresses_insert(&table_, &object))
            return from_kernel(status);
        return {};
    }
    [[nodiscard]] bool remove(kapi_addressed& object) noexcept
    {
        return host_addresses_remove(&table_, &object) == 0;
    }

private:
    kapi_rhashtable table_ {};
};

} // namespace sysvipc
