// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the calling process.  Each byte is copied once, and checks use the copy.
 *
 * A page fault may sleep indefinitely (FUSE, userfaultfd), and a task that sleeps in the module prevents
 * unloading.  So a copy runs with page faults disabled first, which nearly always suffices; the rest is
 * copied with page faults enabled, holding a ModulePin.
 *
 * Context: process, no spinlock, no RCU: a page fault may sleep.
 * Errors: EFAULT everywhere.  ENOSYS if the module is being unloaded: no object exists, and the call fails
 *     as if made after unloading.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/user_copy.h>
#include <kapi/user.h>

namespace sysvipc {

/*
 * A type that may be copied to user space as a whole: it has no hidden padding that would leak
 * kernel memory.  Mirrors of kernel structures name their padding.
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

/* While it lives, a copy stops where it would fault.  Nests. */
class NoPageFaults : Pinned {
public:
    NoPageFaults() noexcept { kapi_page_faults_disable(); }
    ~NoPageFaults() { kapi_page_faults_enable(); }
};

/*
 * Copy the last @missed of @size bytes, with page faults; return the number still missing.
 * Errors: ENOSYS.
 */
[[nodiscard]] Result<usize> read_user_rest(void* to, UserAddress from, usize size,
                                           usize missed) noexcept;
[[nodiscard]] Result<usize> write_user_rest(UserAddress to, const void* from, usize size,
                                            usize missed) noexcept;

/* These four are inlined: a call would cost more than their work besides copying. */

/* Without page faults; returns the number of bytes missing at the end. */
[[nodiscard, gnu::always_inline]] inline usize read_user_present(void* to, UserAddress from,
                                                                 usize size) noexcept
{
    const NoPageFaults no_page_faults;
    return host_copy_from_user_present(to, from.value(), size);
}

[[nodiscard, gnu::always_inline]] inline usize write_user_present(UserAddress to, const void* from,
                                                                  usize size) noexcept
{
    const NoPageFaults no_page_faults;
    return host_copy_to_user_present(to.value(), from, size);
}

/* As get_user(): CONFIG_FAULT_INJECTION_USERCOPY does not make it fail. */
[[nodiscard, gnu::always_inline]] inline Result<void> get_user_bytes(void* to, UserAddress from,
                                                                     usize size) noexcept
{
    const usize missed = read_user_present(to, from, size);
    if (missed != 0) [[unlikely]] {
        if (TRY(read_user_rest(to, from, size, missed)) != 0)
            return Errno::EFAULT;
    }
    return {};
}

[[nodiscard, gnu::always_inline]] inline Result<void> read_user_bytes(void* to, UserAddress from,
                                                                      usize size) noexcept
{
    if (kapi_is_user_copy_to_fail() && size != 0) [[unlikely]]
        return Errno::EFAULT;
    return get_user_bytes(to, from, size);
}

/*
 * As read_user_bytes(), but calls check(), a Result<void>, once the first @head bytes are there, before a page fault
 * behind them.  Errors: also those of check().
 */
template <class Check>
[[nodiscard, gnu::always_inline]] inline Result<void> read_user_checked(void* to, UserAddress from,
                                                                        usize size, usize head,
                                                                        const Check& check) noexcept
{
    const bool fails = kapi_is_user_copy_to_fail();
    const usize missed = fails ? size : read_user_present(to, from, size);
    /* Near the end of user memory, nothing may have been read. */
    if (missed > size - head) [[unlikely]]
        TRY(get_user_bytes(to, from, head));
    TRY(check());
    const usize rest = min(missed, size - head);
    if (rest != 0) [[unlikely]] {
        if (fails || TRY(read_user_rest(to, from, size, rest)) != 0)
            return Errno::EFAULT;
    }
    return {};
}

[[nodiscard, gnu::always_inline]] inline Result<void> write_user_bytes(UserAddress to,
                                                                       const void* from,
                                                                       usize size) noexcept
{
    if (kapi_is_user_copy_to_fail() && size != 0) [[unlikely]]
        return Errno::EFAULT;
    const usize missed = write_user_present(to, from, size);
    if (missed != 0) [[unlikely]] {
        if (TRY(write_user_rest(to, from, size, missed)) != 0)
            return Errno::EFAULT;
    }
    return {};
}

template <AbiSafe T>
[[nodiscard]] Result<T> get_user(UserAddress from) noexcept
{
    T value;
    TRY(get_user_bytes(&value, from, sizeof(T)));
    return value;
}

template <AbiSafe T>
[[nodiscard]] Result<T> read_user(UserAddress from) noexcept
{
    T value;
    TRY(read_user_bytes(&value, from, sizeof(T)));
    return value;
}

template <AbiSafe T>
[[nodiscard]] Result<void> write_user(UserAddress to, const T& value) noexcept
{
    return write_user_bytes(to, &value, sizeof(T));
}

/* A single store, complete or not at all; returns true if it succeeded. */
[[nodiscard]] inline bool put_user_word(UserAddress to, u32 value) noexcept
{
    return kapi_put_user_u32(to.value(), value) == 0;
}
[[nodiscard]] inline bool put_user_word(UserAddress to, u64 value) noexcept
{
    return kapi_put_user_u64(to.value(), value) == 0;
}

/* With page faults.  @Word: u32 or u64.  Errors: EFAULT, ENOSYS. */
template <class Word>
[[nodiscard]] Result<void> put_user_slowly(UserAddress to, Word value) noexcept;

/*
 * As write_user(), for places where Linux uses put_user(): does not write part of a value that crosses the
 * end of a mapping.  @T: 4 or 8 bytes.
 */
template <AbiSafe T>
    requires(std::is_integral_v<T>)
[[nodiscard]] Result<void> put_user(UserAddress to, T value) noexcept
{
    using Word = std::conditional_t<sizeof(T) == sizeof(u32), u32, u64>;
    static_assert(sizeof(T) == sizeof(Word));
    const auto word = static_cast<Word>(value);
    {
        const NoPageFaults no_page_faults;
        if (put_user_word(to, word)) [[likely]]
            return {};
    }
    return put_user_slowly(to, word);
}

/* Checks that all of @size bytes can be read; copies nothing. */
[[nodiscard]] Result<void> probe_user_readable(UserAddress from, usize size) noexcept;

/* For an index from user space: @index if it is below @size, otherwise 0, also under speculation. */
[[nodiscard]] inline i32 clamp_index(i32 index, i32 size) noexcept
{
    return static_cast<i32>(
        kapi_index_nospec(static_cast<kapi_size>(index), static_cast<kapi_size>(size)));
}

} // namespace sysvipc
