// SPDX-License-Identifier: GPL-2.0
/*
 * Guarded<T, Class>: a value that is accessible only through its lock.
 *
 * lock() returns a Locked view; the spinlock is held exactly as long as the view lives.  Code that
 * needs the lock held takes a Locked&, code that must not hold it takes the Guarded&.  Class is a row
 * of sync/lock_classes.hpp.
 *
 * Context: any except interrupts.  The holder of a view must not sleep, free memory or wake a task.
 */
#pragma once

#include <base/thread_safety.hpp>
#include <base/types.hpp>
#include <kapi/lock.h>
#include <sync/lock_classes.hpp>

namespace sysvipc {

/* Not copyable.  No Pinned base: if T has that base, too, the two need different addresses. */
template <class T, class Class>
class CAPABILITY("spinlock") Guarded {
public:
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    template <class... Args>
    explicit Guarded(Args&&... args) noexcept : value_ { forward<Args>(args)... }
    {
        kapi_spin_lock_init(&lock_, Class::kName, &Class::key);
    }

    class [[nodiscard]] SCOPED_CAPABILITY Locked : Pinned {
    public:
        ~Locked() RELEASE() { kapi_spin_unlock(&owner_.lock_); }
        T* operator->() noexcept { return &owner_.value_; }
        T& operator*() & noexcept { return owner_.value_; }
        T& operator*() && = delete; /* no reference outlives the view */

    private:
        friend class Guarded;
        explicit Locked(Guarded& owner) noexcept ACQUIRE(owner) : owner_(owner)
        {
            kapi_spin_lock(&owner.lock_);
        }
        Guarded& owner_;
    };

    [[nodiscard]] Locked lock() noexcept ACQUIRE(this) TRUSTED { return Locked(*this); }

    /* For assertions; always true on kernels without CONFIG_LOCKDEP. */
    [[nodiscard]] bool is_locked() const noexcept { return kapi_spin_is_held(&lock_); }

    /*
     * The value without the lock.  Precondition: no other task can reach the object (before publishing, or
     * after the last reference).
     */
    [[nodiscard]] T& unreachable() noexcept { return value_; }
    /* The value without this lock.  Precondition: another lock that covers it is held (docs/locking.md). */
    [[nodiscard]] T& covered() noexcept { return value_; }

    /* The value without the lock: only for Atomic members. */
    [[nodiscard]] const T& unlocked() const noexcept { return value_; }

private:
    template <class, class>
    friend class Sequence;

    T value_;
    kapi_spinlock lock_; /* after the value: may use its tail padding */
};

} // namespace sysvipc
