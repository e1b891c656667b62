// SPDX-License-Identifier: GPL-2.0
/* Box<T>: the single owner of a T, which it destroys by static void T::destroy(T*). */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

template <class T>
class [[nodiscard]] Box {
public:
    constexpr Box() noexcept = default;
    /* Takes ownership of an object that has no owner. */
    static Box adopt(T& object) noexcept { return Box { &object }; }

    Box(Box&& other) noexcept : object_(exchange(other.object_, nullptr)) { }
    Box& operator=(Box&& other) noexcept
    {
        if (this != &other) {
            reset();
            object_ = exchange(other.object_, nullptr);
        }
        return *this;
    }
    ~Box() { reset(); }

    [[nodiscard]] bool is_empty() const noexcept { return object_ == nullptr; }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    /* Gives up ownership: the object must be adopted again. */
    [[nodiscard]] T& give_away() noexcept { return *exchange(object_, nullptr); }

private:
    explicit Box(T* object) noexcept : object_(object) { }
    void reset() noexcept
    {
        if (object_)
            T::destroy(exchange(object_, nullptr));
    }

    T* object_ { nullptr };
};

} // namespace sysvipc
