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
     * The current task's namespace, valid until the task leaves it.
     * Errors: ENOMEM; ENOSYS while not serving, unless it is the initial one.  Sleeps.
     */
    [[nodiscard, gnu::always_inline]] static Result<IpcNamespace*> current() noexcept
    {
        if (is_in_initial()) [[likely]]
            return &initial();
        return find_or_create(IpcNsHandle::current());
    }
    /* Whether the current task's is the initial one. */
    [[nodiscard]] static bool is_in_initial() noexcept
    {
        return IpcNsHandle::current().identity() == initial().handle().identity();
    }
    [[nodiscard]] static IpcNamespace& initial() noexcept { return *initial_; }
    /* The namespace for @handle; nullptr: none.  Under RCU, unless the caller holds @handle. */
    [[nodiscard]] static IpcNamespace* find(IpcNsHandle handle) noexcept;

    /* Visits all, under RCU; each once if none is created meanwhile. */
    static void visit(void (*each)(IpcNamespace&, void* context) noexcept, void* context) noexcept;

    /* @empty: removes all objects of a namespace that no task is in; it may sleep.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> start(void (*empty)(IpcNamespace&)) noexcept;
    /*
     * Precondition: no object exists, no call is inside, and the memory of all objects is freed, as
     * it is charged to them.  Sleeps.
     */
    static void stop() noexcept;
    /*
     * The kernel's namespace is about to be freed and its identity reused: unlinks ours and
     * schedules its burial.  Does not sleep.
     */
    static void note_ending(const void* identity) noexcept;
    /*
     * Waits until the namespaces that have ended are buried.  Precondition: no further end is
     * noted.  Sleeps.
     */
    static void wait_for_ends() noexcept;

    /*
     * Whether loading succeeds is decided once, by the first of these.  Waiters do not depend on
     * how long loading takes: any of them that finds it late gives it up and logs this.
     *
     * Decides that it succeeds.  Errors: EBUSY (given up).
     */
    [[nodiscard]] static Result<void> commit() noexcept;
    /* Decides that it fails; no-op if it is decided already. */
    static void give_up() noexcept;
    /* Whether loading is given up, which this does itself some seconds after the first call. */
    [[nodiscard]] static bool is_given_up_as_late() noexcept;

    /*
     * Unloading has begun and no object exists: on a kernel with System V IPC, all calls are the
     * kernel's from now on.  Called by the first task that notices, so that an object created in
     * the kernel is not looked up here.
     */
    static void close() noexcept { phase_.store_release(kGivenUp); }

    /* After commit(): objects can be created. */
    static void open() noexcept;
    [[nodiscard]] static bool is_serving() noexcept { return phase_.load_acquire() == kServing; }
    /*
     * Returns when the module serves.  Errors: ENOSYS (given up), ERESTARTNOINTR (a signal is
     * pending, possibly a fatal one).  Sleeps.
     */
    COLD [[nodiscard, gnu::noinline]] static Result<void> wait_until_serving() noexcept;

    static void set_initial(IpcNamespace* ns) noexcept { initial_ = ns; }

private:
    /* The progress of loading. */
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
