// SPDX-License-Identifier: GPL-2.0
/*
 * Which IpcNamespace a task is in: one for each namespace of the kernel's in which a call of ours was
 * made.  The initial one is there from the start; another is made by the first call in it.
 *
 * When the kernel's ends, no task is in it and no file of ours holds it: ours can be found no longer from
 * that moment on, and a work item empties and frees it.
 *
 * Locks:   none; finding one runs under RCU.
 */
#pragma once

#include <base/result.hpp>
#include <ns/ipc_namespace.hpp>

namespace sysvipc {

class Namespaces {
public:
    /*
     * The namespace of the current task, which keeps it for as long as it does not go elsewhere.
     * Errors: ENOMEM; ENOSYS while not serving, for all but the initial one.  Sleeps.
     */
    [[nodiscard]] static Result<IpcNamespace*> current() noexcept
    {
        const IpcNsHandle handle = IpcNsHandle::current();
        IpcNamespace* initial = initial_;
        if (handle.identity() == initial->handle().identity()) [[likely]]
            return initial;
        return find_or_create(handle);
    }
    /* The one that belongs to @handle; nullptr: none.  Under RCU where nobody holds that. */
    [[nodiscard]] static IpcNamespace* find(IpcNsHandle handle) noexcept;

    /* All there are; under RCU, once each if no other is made meanwhile. */
    static void visit(void (*each)(IpcNamespace&, void* context) noexcept, void* context) noexcept;

    /* @empty: removes all objects of a namespace that no task is in; it may sleep.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> start(void (*empty)(IpcNamespace&)) noexcept;
    /* No object exists any more, no call is inside.  Sleeps. */
    static void stop() noexcept;
    /*
     * The kernel's is about to be freed, and another may get its address: ours is found no longer, and a work
     * item buries it.  Does not sleep.
     */
    static void note_ending(IpcNsHandle handle) noexcept;
    /* When no end is noted any more: what has ended so far is gone.  Sleeps. */
    static void wait_for_ends() noexcept;

    /* Loading has succeeded: objects can be made.  Or it has failed. */
    static void open() noexcept;
    static void give_up() noexcept;
    [[nodiscard]] static bool is_serving() noexcept { return phase_.load_acquire() == kServing; }
    /* While that is open waits; is_serving() then.  Sleeps. */
    [[nodiscard]] static bool wait_until_decided() noexcept;

    static void set_initial(IpcNamespace* ns) noexcept { initial_ = ns; }

private:
    /* How far loading is. */
    static constexpr u8 kUndecided = 0;
    static constexpr u8 kServing = 1;
    static constexpr u8 kGivenUp = 2;

    [[nodiscard]] static Result<IpcNamespace*> find_or_create(IpcNsHandle handle) noexcept;

    static IpcNamespace* initial_;
    static Atomic<u8> phase_;
};

} // namespace sysvipc
