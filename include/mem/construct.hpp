// SPDX-License-Identifier: GPL-2.0
/* The only place where objects are constructed and destroyed in memory allocated elsewhere. */
#pragma once

#include <base/types.hpp>
#include <new>

namespace sysvipc {

/* Precondition: @memory is large enough and aligned for a T, and contains no object. */
template <class T, class... Args>
T* construct_at(void* memory, Args&&... args) noexcept
{
    return ::new (memory) T(forward<Args>(args)...);
}

template <class T>
void destroy_at(T* object) noexcept
{
    object->~T();
}

} // namespace sysvipc
