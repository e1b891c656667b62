// SPDX-License-Identifier: GPL-2.0
/* Short names for integers, and move() and forward(). */
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <generated/kapi_layout.h>

namespace sysvipc {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
using usize = std::size_t;

template <class T>
[[nodiscard]] constexpr std::remove_reference_t<T>&& move(T&& value) noexcept
{
    return static_cast<std::remove_reference_t<T>&&>(value);
}

template <class T>
[[nodiscard]] constexpr T&& forward(std::remove_reference_t<T>& value) noexcept
{
    return static_cast<T&&>(value);
}

/* Stores @value in @object and returns the old value. */
template <class T, class U = T>
constexpr T exchange(T& object, U&& value) noexcept
{
    T old = move(object);
    object = forward<U>(value);
    return old;
}

template <class T>
[[nodiscard]] constexpr T min(T a, T b) noexcept
{
    return b < a ? b : a;
}

template <class T>
[[nodiscard]] constexpr T max(T a, T b) noexcept
{
    return a < b ? b : a;
}

/* A type that may be neither copied nor moved, because other objects store its address. */
class Pinned {
public:
    Pinned() = default;
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
};

/*
 * For a large local variable whose constructor writes all parts that are read: kernels with
 * CONFIG_INIT_STACK_ALL_ZERO would otherwise zero the variable in each call.
 */
#define PARTLY_INITIALISED __attribute__((uninitialized))

/*
 * For a function off the usual path.  Empty if the kernel's own macro is: GCC does not align cold
 * functions, and ftrace may need the alignment.
 */
#if KAPI_COLD_IS_NOTHING
#define COLD
#else
#define COLD [[gnu::cold]]
#endif

} // namespace sysvipc
