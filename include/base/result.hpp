// SPDX-License-Identifier: GPL-2.0
/*
 * Result<T>: a value or an error.  It cannot be ignored, copied or tested as a bool.  TRY(expression)
 * yields the value or returns the error from the function; use it only as a whole statement or a whole
 * initialiser (inside a braced aggregate g++ leaks the members constructed before).
 */
#pragma once

#include <base/errno.hpp>
#include <base/types.hpp>
#include <new> /* placement only: the allocating forms do not exist in this module */

namespace sysvipc {

struct Unit { };

template <class T>
class [[nodiscard]] Result {
public:
    constexpr Result(T value) noexcept : value_(move(value)), error_ {} { }
    constexpr Result(Errno error) noexcept : nothing_ {}, error_(error) { }
    constexpr Result(Result&& other) noexcept : nothing_ {}, error_(other.error_)
    {
        if (other.ok())
            construct(&value_, move(other.value_));
    }
    Result& operator=(Result&&) = delete;
    constexpr ~Result()
    {
        if (ok())
            value_.~T();
    }

    [[nodiscard]] constexpr bool ok() const noexcept { return error_ == Errno {}; }
    [[nodiscard]] constexpr Errno error() const noexcept { return error_; }
    /* Precondition: ok(). */
    [[nodiscard]] constexpr T take() noexcept { return move(value_); }

private:
    static constexpr void construct(T* place, T&& value) noexcept
    {
        ::new (static_cast<void*>(place)) T(move(value));
    }

    union {
        T value_;
        Unit nothing_;
    };
    Errno error_;
};

/* For plain values: trivial itself, so that small ones are passed in registers. */
template <class T>
    requires(std::is_trivially_copyable_v<T>&& std::is_default_constructible_v<T>)
class [[nodiscard]] Result<T> {
public:
    constexpr Result(T value) noexcept : value_(value) { }
    constexpr Result(Errno error) noexcept : error_(error) { }
    constexpr Result(Result&&) noexcept = default;
    Result& operator=(Result&&) = delete;

    [[nodiscard]] constexpr bool ok() const noexcept { return error_ == Errno {}; }
    [[nodiscard]] constexpr Errno error() const noexcept { return error_; }
    /* Precondition: ok(). */
    [[nodiscard]] constexpr T take() const noexcept { return value_; }

private:
    T value_ {};
    Errno error_ {};
};

template <>
class [[nodiscard]] Result<void> {
public:
    constexpr Result() noexcept = default;
    constexpr Result(Errno error) noexcept : error_(error) { }
    constexpr Result(Result&&) noexcept = default;
    Result& operator=(Result&&) = delete;

    [[nodiscard]] constexpr bool ok() const noexcept { return error_ == Errno {}; }
    [[nodiscard]] constexpr Errno error() const noexcept { return error_; }
    constexpr void take() const noexcept { }

private:
    Errno error_ {};
};

} // namespace sysvipc

#define TRY(expression)                                                                            \
    ({                                                                                             \
        auto&& try_result_ = (expression);                                                         \
        if (!try_result_.ok()) [[unlikely]]                                                        \
            return try_result_.error();                                                            \
        try_result_.take();                                                                        \
    })
