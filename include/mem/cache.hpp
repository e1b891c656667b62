// SPDX-License-Identifier: GPL-2.0
/* SlabCache: the module's own kmem_cache, charged to the allocating task's memory cgroup. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/memory.h>

namespace sysvipc {

class SlabCache : Pinned {
public:
    constexpr SlabCache() = default;

    /*
     * User copies may access only @user_size bytes at @user_offset of an object.
     * Errors: ENOMEM.  Sleeps.
     */
    [[nodiscard]] Result<void> start(const char* name, usize size, usize user_offset,
                                     usize user_size) noexcept
    {
        cache_ = kapi_cache_create(name, size, user_offset, user_size);
        if (!cache_)
            return Errno::ENOMEM;
        return {};
    }
    /* Precondition: every object has been freed.  Sleeps. */
    void stop() noexcept { kapi_cache_destroy(exchange(cache_, nullptr)); }

    /* nullptr: no memory.  Sleeps. */
    [[nodiscard]] void* allocate() noexcept { return kapi_cache_alloc(cache_); }
    void release(void* object) noexcept { kapi_cache_free(cache_, object); }

private:
    kapi_cache* cache_ { nullptr };
};

} // namespace sysvipc
