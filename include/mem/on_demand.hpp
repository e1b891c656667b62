// SPDX-License-Identifier: GPL-2.0
/*
 * OnDemand<T>: a T allocated on first use and freed with its owner.
 *
 * Locks: none; tasks may call concurrently.  Context: any except interrupts.
 */
#pragma once

#include <base/atomic.hpp>
#include <kapi/memory.h>
#include <mem/construct.hpp>

namespace sysvipc {

/* Not copyable because of its Atomic; a second Pinned base would make it larger. */
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

    /* nullptr: not allocated yet. */
    [[nodiscard]] T* get() const noexcept { return made_.load_acquire(); }
    /* Allocates on first use.  nullptr: no memory; the next call tries again. */
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
        return get(); /* with acquire, which a failed exchange lacks */
    }

    Atomic<T*> made_ { nullptr };
};

} // namespace sysvipc
