// SPDX-License-Identifier: GPL-2.0
/*
 * Optional<T>: storage for a T that may be absent; T need not be movable, it is constructed in place.  An
 * Optional of a view is a lock that may be held, which the thread-safety analysis cannot follow.
 */
#pragma once

#include <base/thread_safety.hpp>
#include <base/types.hpp>
#include <new>

namespace sysvipc {

template <class T>
class Optional : Pinned {
public:
    Optional() noexcept : nothing_ {} { }
    ~Optional() TRUSTED { reset(); }

    /* Constructs the result of @make in place, without a move. */
    template <class Make>
    T& emplace(Make&& make) noexcept TRUSTED
    {
        reset();
        T* object = ::new (static_cast<void*>(&value_)) T(make());
        has_value_ = true;
        return *object;
    }
    void reset() noexcept TRUSTED
    {
        if (exchange(has_value_, false))
            value_.~T();
    }
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    /* Precondition: has_value(). */
    [[nodiscard]] T& operator*() noexcept { return value_; }
    [[nodiscard]] const T& operator*() const noexcept { return value_; }
    [[nodiscard]] T* operator->() noexcept { return &value_; }

private:
    struct Nothing { };
    union {
        T value_;
        Nothing nothing_;
    };
    bool has_value_ { false };
};

} // namespace sysvipc
