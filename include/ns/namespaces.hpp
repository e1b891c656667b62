// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces: finds the IpcNamespace of a task: one for each kernel namespace in which a call of ours was
 * made.  The initial one exists from the start; the first call in any other creates its own.
 *
 * When the kernel's namespace ends, no task is in it and no file of ours holds it: lookups no longer find
 * ours from then on, and a work item empties and frees it.
 *
 * Locks:   none; lookups run under RCU.
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

    /*
     * Whether loading succeeds is decided once, by the first of these.  Who waits for it to be decided does
     * not depend on how long it takes: what is late is given up, by whoever finds out, and a log line says so.
     *
     * It does, from now on.  Errors: EBUSY (given up).
     */
    [[nodiscard]] static Result<void> commit() noexcept;
    /* It does not; where that is decided already, nothing happens. */
    static void give_up() noexcept;
    /* Whether it does not: nor does it if this was asked first some seconds ago. */
    [[nodiscard]] static bool is_given_up_as_late() noexcept;

    /*
     * Unloading has begun, and no object exists: where the kernel has System V IPC of its own, all calls are its own
     * from now on.  Called first by whoever notices, so that nobody looks here for an object that was made there.
     */
    static void close() noexcept { phase_.store_release(kGivenUp); }

    /* After commit(): objects can be made. */
    static void open() noexcept;
    [[nodiscard]] static bool is_serving() noexcept { return phase_.load_acquire() == kServing; }
    /*
     * Returns when the module serves.  Errors: ENOSYS (given up), ERESTARTNOINTR (a signal, which a fatal
     * one is too).  Sleeps.
     */
    [[nodiscard, gnu::noinline, gnu::cold]] static Result<void> wait_until_serving() noexcept;

    static void set_initial(IpcNamespace* ns) noexcept { initial_ = ns; }

private:
    /* How far loading is. */
    static constexpr u8 kUndecided = 0;
    static constexpr u8 kCertain = 1;
    static constexpr u8 kServing = 2;
    static constexpr u8 kGivenUp = 3;

    [[nodiscard]] static bool decide(u8 phase) noexcept;
    [[nodiscard]] static bool is_late() noexcept;
    [[nodiscard]] static Result<IpcNamespace*> find_or_create(IpcNsHandle handle) noexcept;

    static IpcNamespace* initial_;
    static Atomic<u8> phase_;
    static Atomic<i64> late_at_;
};

} // namespace sysvipc
