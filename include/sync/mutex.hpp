// SPDX-License-Identifier: GPL-2.0
/*
 * Mutex<Class>: lets one task at a time run code that may sleep.  It guards no value: its declaration
 * says what it serialises.  lock() returns a Locked, which holds it for as long as it lives.  Class is a
 * row of sync/lock_classes.hpp.
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

    class [[nodiscard]] SCOPED_CAPABILITY Locked : Pinned {
    public:
        ~Locked() RELEASE() { kapi_mutex_unlock(&owner_.mutex_); }

    private:
        friend class Mutex;
        explicit Locked(Mutex& owner) noexcept ACQUIRE(owner) : owner_(owner)
        {
            kapi_mutex_lock(&owner.mutex_);
        }
        Mutex& owner_;
    };

    [[nodiscard]] Locked lock() noexcept ACQUIRE(this) TRUSTED { return Locked(*this); }

private:
    kapi_mutex mutex_;
};

} // namespace sysvipc
