// SPDX-License-Identifier: GPL-2.0
/*
 * Lasting<T>: owns an object from the module's start to its end.  For a global: it has no destructor, which nobody
 * would call.
 *
 * Locks: none; users come after keep() and have gone before end().
 */
#pragma once

#include <mem/box.hpp>

namespace sysvipc {

template <class T>
class Lasting : Pinned {
public:
    constexpr Lasting() = default;

    void keep(Box<T> object) noexcept { object_ = &object.give_away(); }
    void end() noexcept { T::destroy(exchange(object_, nullptr)); }

    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }

private:
    T* object_ { nullptr };
};

} // namespace sysvipc
