// SPDX-License-Identifier: GPL-2.0
/* Objects on the kernel's heap, charged to the task that allocates them. */
#pragma once

#include <base/result.hpp>
#include <kapi/memory.h>
#include <mem/box.hpp>
#include <mem/construct.hpp>

namespace sysvipc {

/* Errors: ENOMEM.  Sleeps. */
template <class T, class... Args>
[[nodiscard]] Result<Box<T>> heap_create(Args&&... args) noexcept
{
    void* memory = kapi_kvmalloc(sizeof(T));
    if (!memory)
        return Errno::ENOMEM;
    return Box<T>::adopt(*construct_at<T>(memory, forward<Args>(args)...));
}

/* Counterpart of heap_create(), for T::destroy().  May sleep. */
template <class T>
void heap_destroy(T* object) noexcept
{
    destroy_at(object);
    kapi_kvfree(object);
}

} // namespace sysvipc
