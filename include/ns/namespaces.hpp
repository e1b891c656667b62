// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces: finds the IpcNamespace of a task.  The initial one exists from the start; the first call of
 * ours in any other kernel namespace creates its own.
 *
 * When the kernel's namespace ends, no task is in it and no file of ours holds it: lookups then no longer
 * find ours, and a work item empties and frees it.
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
     * The current task's namespace, valid until the task leaves it.
     * Errors: ENOMEM; ENOSYS while not serving, unless it is the initial one.  Sleeps.
     */
    [[nodiscard, gnu::always_inline]] static Result<IpcNamespace*> current() noexcept
    {
        if (is_in_initial()) [[likely]]
            return &initial();
        return find_or_create(IpcNsHandle::current());
    }
    /* True if the current task is in the initial namespace. */
    [[nodiscard]] static bool is_in_initial() noexcept
    {
        return IpcNsHandle::current().identity() == initial().handle().identity();
    }
    [[nodiscard]] static IpcNamespace& initial() noexcept { return *initial_; }
    /* The namespace for @handle; nullptr: none.  Under RCU, unless the caller holds @handle. */
    [[nodiscard]] static IpcNamespace* find(IpcNsHandle handle) noexcept;

    /* Visits all namespaces, under RCU; each once if none is created meanwhile. */
    static void visit(void (*each)(IpcNamespace&, void* context) noexcept, void* context) noexcept;

    /* @empty removes all objects of a namespace without tasks, and may sleep.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> start(void (*empty)(IpcNamespace&)) noexcept;
    /*
     * Precondition: no object exists, no call is inside, and the memory of all objects, which is charged to
     * the namespaces, is freed.  Sleeps.
     */
    static void stop() noexcept;
    /*
     * Call before the kernel's namespace is freed and its identity reused: unlinks ours and schedules its
     * burial.  Does not sleep.
     */
    static void note_ending(const void* identity) noexcept;
    /*
     * Waits until the ended namespaces are buried.  Precondition: no further call of note_ending().
     * Sleeps.
     */
    static void wait_for_ends() noexcept;

    /*
     * The first of the next three functions to decide whether loading succeeds decides finally.  Waiting
     * calls do not depend on the duration of loading: any of them may time it out, and logs this.
     *
     * Decides that loading succeeds.  Errors: EBUSY (given up).
     */
    [[nodiscard]] static Result<void> commit() noexcept;
    /* Decides that loading fails; no-op if decided already. */
    static void give_up() noexcept;
    /* True if loading is given up.  Gives it up, as timed out, 5 s after the first call of this. */
    [[nodiscard]] static bool is_given_up_as_late() noexcept;

    /*
     * On a kernel with System V IPC, leaves all later calls to the kernel.  Precondition: unloading has
     * begun and no object exists.  Called by the first task that detects this, so that no call looks up an
     * object of the kernel here.
     */
    static void close() noexcept { phase_.store_release(kGivenUp); }

    /* Allows creating objects.  Precondition: commit(). */
    static void open() noexcept;
    [[nodiscard]] static bool is_serving() noexcept { return phase_.load_acquire() == kServing; }
    /*
     * Returns when the module serves.  Errors: ENOSYS (given up), ERESTARTNOINTR (a signal is
     * pending, possibly a fatal one).  Sleeps.
     */
    COLD [[nodiscard, gnu::noinline]] static Result<void> wait_until_serving() noexcept;

    static void set_initial(IpcNamespace* ns) noexcept { initial_ = ns; }

private:
    /* The phases of loading. */
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
