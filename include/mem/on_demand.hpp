// SPDX-License-Identifier: GPL-2.0
/*
 * OnDemand<T>: a T that most objects never need: it is made when it is first asked for, and lives as long as
 * its owner.  Where memory is short there is none yet.
 *
 * Locks: none; tasks may ask at the same time.  Context: any except interrupts.
 */
#pragma once

#include <base/atomic.hpp>
#include <kapi/memory.h>
#include <mem/construct.hpp>

namespace sysvipc {

/* Its Atomic makes it pinned; a second Pinned base would make it larger. */
template <class T>
class OnDemand {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    OnDemand() = default;
    ~OnDemand()
    {
        if (T* made = made_.load_relaxed())
            kapi_kfree(made);
    }

    /* nullptr: not made yet. */
    [[nodiscard]] T* get() const noexcept { return made_.load_acquire(); }
    /* nullptr: no memory. */
    [[nodiscard]] T* get_or_make() noexcept
    {
        T* made = get();
        return made ? made : make();
    }

private:
    COLD [[nodiscard, gnu::noinline]] T* make() noexcept
    {
        void* memory = kapi_kmalloc_atomic(sizeof(T));
        if (!memory)
            return nullptr;
        T* mine = construct_at<T>(memory);
        T* none = nullptr;
        if (made_.compare_exchange(none, mine))
            return mine;
        kapi_kfree(mine);
        return get(); /* with acquire, which an exchange that fails has not */
    }

    Atomic<T*> made_ { nullptr };
};

} // namespace sysvipc
