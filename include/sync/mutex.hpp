// SPDX-License-Identifier: GPL-2.0
/*
 * Mutex<Class>: lets one task at a time run code that may sleep.  It guards no value: the comment at its
 * declaration names the code that it serialises.  Class is a row of sync/lock_classes.hpp.
 *
 * Context: process, sleeps; not under a Guarded view or RCU.
 */
#pragma once

#include <base/thread_safety.hpp>
#include <base/types.hpp>
#include <kapi/lock.h>
#include <sync/lock_classes.hpp>

namespace sysvipc {

template <class Class>
class CAPABILITY("mutex") Mutex : Pinned {
public:
    Mutex() noexcept { kapi_mutex_init(&mutex_, Class::kName, &Class::key); }

    /* Holds the mutex while it lives. */
    class [[nodiscard]] SCOPED_CAPABILITY Turn : Pinned {
    public:
        explicit Turn(Mutex& owner) noexcept ACQUIRE(owner) : owner_(owner)
        {
            kapi_mutex_lock(&owner.mutex_);
        }
        ~Turn() RELEASE() { kapi_mutex_unlock(&owner_.mutex_); }

    private:
        Mutex& owner_;
    };

private:
    kapi_mutex mutex_;
};

} // namespace sysvipc
