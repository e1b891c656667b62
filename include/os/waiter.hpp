// SPDX-License-Identifier: GPL-2.0
/*
 * Waiter: a task that sleeps until another task gives it an outcome.  WakeList: the tasks to wake after
 * unlocking.
 *
 * A Waiter is on the sleeper's stack and, while it waits, in a list under some lock.  The waker removes
 * it from the list and finishes it, both under that lock; the outcome is then final.  Only the wake-up
 * itself follows the unlock, and an awake sleeper does not need it.  So a sleeper that times out or gets a
 * signal never waits for its waker, which may be preempted at the unlock.
 *
 * BARRIER outcome: WakeList::finish() stores is_done_ with release, after the members of the class
 *     derived from Waiter were written; wait() loads it with acquire.  After that store the Waiter may
 *     vanish with the sleeper's stack: the list keeps a reference to the task, never to the Waiter.
 * Context: wait(): process, sleeps; all else: any context in which a task may be woken.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/types.hpp>
#include <kapi/task.h>
#include <os/clock.hpp>

namespace sysvipc {

class Waiter : Pinned {
public:
    enum class Outcome : u8 { Done, Signal, TimedOut };

    [[nodiscard]] kapi_task* task() const noexcept { return task_; }
    /* The waiting task's own id, not its process's; takes no reference. */
    [[nodiscard]] kapi_pid* pid() const noexcept { return kapi_task_pid(task_); }
    /* The id of its process; takes no reference. */
    [[nodiscard]] kapi_pid* process() const noexcept { return kapi_task_tgid(task_); }

    /*
     * Sleeps until finished (Done), until the deadline has passed, or until a signal is pending;
     * the deadline takes precedence.  In the latter two cases the caller must take the lock and check
     * that the waiter is still listed; if not, it has been finished, and its outcome counts.
     */
    [[nodiscard]] Outcome wait(Deadline deadline = Deadline::never()) noexcept;
    /* The start of the wait on the monotonic clock, in nanoseconds. */
    [[nodiscard]] i64 since() const noexcept { return since_; }
    /* Allows a finished waiter to be listed and to wait again. */
    void rearm() noexcept { is_done_.store_relaxed(false); }

private:
    friend class WakeList;

    kapi_task* const task_ { kapi_task_current() };
    const i64 since_ { monotonic_now() };
    Atomic<bool> is_done_ { false };
};

class WakeList : Pinned {
public:
    constexpr WakeList() = default;
    ~WakeList()
    {
        if (count_ != 0) [[unlikely]]
            wake_all();
    }

    /*
     * Finishes @waiter; do not access it afterwards.  Its task is woken when this list is destroyed, or at
     * once if the list is full (kInPlace tasks, and no memory for a page).
     * Precondition: @waiter was taken off its list, under the lock that is still held; its outcome is set.
     */
    void finish(Waiter& waiter) noexcept;

private:
    struct Page;
    static constexpr u32 kInPlace = 6;

    [[nodiscard]] kapi_task** place_for_one() noexcept;
    [[gnu::noinline]] void wake_all() noexcept; /* most lists are empty */

    u32 count_ { 0 };
    Page* first_page_ { nullptr };
    Page* last_page_ { nullptr };
    kapi_task* in_place_[kInPlace];
};

} // namespace sysvipc
