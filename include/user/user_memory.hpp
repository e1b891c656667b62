// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the calling process.  Each byte is copied once; what is checked is the copy.
 *
 * Context: process, no spinlock, no RCU: a page fault may sleep.
 * Errors: EFAULT everywhere.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/user.h>

namespace sysvipc {

/*
 * A type that may cross to user space whole: no hidden padding whose bytes would leak.  Mirrors of
 * kernel structures name their padding.
 */
template <class T>
concept AbiSafe = std::is_trivially_copyable_v<T> && std::is_standard_layout_v<
    T> && std::has_unique_object_representations_v<T>;

class UserAddress {
public:
    constexpr explicit UserAddress(unsigned long value) noexcept : value_(value) { }
    [[nodiscard]] constexpr unsigned long value() const noexcept { return value_; }
    [[nodiscard]] constexpr UserAddress offset(usize bytes) const noexcept
    {
        return UserAddress { value_ + bytes };
    }

private:
    unsigned long value_;
};

template <AbiSafe T>
[[nodiscard]] Result<T> read_user(UserAddress from) noexcept
{
    T value;
    if (kapi_copy_from_user(&value, from.value(), sizeof(T)) != 0)
        return Errno::Fault;
    return value;
}

template <AbiSafe T>
[[nodiscard]] Result<void> write_user(UserAddress to, const T& value) noexcept
{
    if (kapi_copy_to_user(to.value(), &value, sizeof(T)) != 0)
        return Errno::Fault;
    return {};
}

/*
 * The same where Linux has put_user(): what lies across the end of a mapping is not written in part.
 * @T: 4 or 8 bytes.
 */
template <AbiSafe T>
    requires(std::is_integral_v<T>)
[[nodiscard]] Result<void> put_user(UserAddress to, T value) noexcept
{
    static_assert(sizeof(T) == sizeof(u32) || sizeof(T) == sizeof(u64));
    int status = 0;
    if constexpr (sizeof(T) == sizeof(u32))
        status = kapi_put_user_u32(to.value(), static_cast<u32>(value));
    else
        status = kapi_put_user_u64(to.value(), static_cast<u64>(value));
    if (status != 0)
        return Errno::Fault;
    return {};
}

/* How many of @size bytes could not be read; their place in @to is zeroed. */
[[nodiscard]] inline usize read_user_bytes(void* to, UserAddress from, usize size) noexcept
{
    return kapi_copy_from_user(to, from.value(), size);
}

[[nodiscard]] inline Result<void> write_user_bytes(UserAddress to, const void* from,
                                                   usize size) noexcept
{
    if (kapi_copy_to_user(to.value(), from, size) != 0)
        return Errno::Fault;
    return {};
}

/* Whether all of @size bytes can be read; nothing is copied. */
[[nodiscard]] inline Result<void> probe_user_readable(UserAddress from, usize size) noexcept
{
    if (kapi_fault_in_readable(from.value(), size) != 0)
        return Errno::Fault;
    return {};
}

/* An index from the user: @index if it is below @size, else 0, also for the CPU's guesses. */
[[nodiscard]] inline i32 clamp_index(i32 index, i32 size) noexcept
{
    return static_cast<i32>(
        kapi_index_nospec(static_cast<kapi_size>(index), static_cast<kapi_size>(size)));
}

} // namespace sysvipc
