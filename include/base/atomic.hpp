// SPDX-License-Identifier: GPL-2.0
/*
 * Atomic<T>: a word that several CPUs access without a common lock.  Every access names its memory
 * ordering; the compiler builtins yield the same instructions as the kernel's READ_ONCE(),
 * smp_load_acquire() and smp_store_release() on the supported architectures.  On some architectures the builtins
 * for read-modify-write are weaker than the kernel's; a barrier follows them.
 */
#pragma once

#include <arch/atomic.h>
#include <base/types.hpp>

namespace sysvipc {

template <class T>
    requires(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(long))
class Atomic : Pinned {
public:
    constexpr Atomic() = default;
    constexpr explicit Atomic(T value) noexcept : value_(value) { }

    [[nodiscard]] T load_relaxed() const noexcept
    {
        return __atomic_load_n(&value_, __ATOMIC_RELAXED);
    }
    [[nodiscard]] T load_acquire() const noexcept
    {
        return __atomic_load_n(&value_, __ATOMIC_ACQUIRE);
    }
    /*
     * Replaces @expected by @value, fully ordered; false: the value differed; @expected is set to it.
     */
    [[nodiscard]] bool compare_exchange(T& expected, T value) noexcept
    {
        const bool is_replaced = __atomic_compare_exchange_n(&value_, &expected, value, false,
                                                             __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
        arch_order_after_atomic();
        return is_replaced;
    }
    /* Returns the old value; fully ordered. */
    T exchange(T value) noexcept
    {
        const T before = __atomic_exchange_n(&value_, value, __ATOMIC_SEQ_CST);
        arch_order_after_atomic();
        return before;
    }
    /* Returns the sum; fully ordered. */
    T add(T value) noexcept
    {
        const T sum = __atomic_add_fetch(&value_, value, __ATOMIC_SEQ_CST);
        arch_order_after_atomic();
        return sum;
    }
    void store_relaxed(T value) noexcept { __atomic_store_n(&value_, value, __ATOMIC_RELAXED); }
    void store_release(T value) noexcept { __atomic_store_n(&value_, value, __ATOMIC_RELEASE); }

private:
    T value_ {};
};

/* Order all earlier stores before all later stores, and loads before loads (smp_wmb(), smp_rmb()). */
inline void store_barrier() noexcept
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}
inline void load_barrier() noexcept
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* Keeps the compiler from moving memory accesses across it; the CPU may still do so. */
inline void compiler_barrier() noexcept
{
    asm volatile("" ::: "memory");
}

} // namespace sysvipc
