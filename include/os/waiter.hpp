// SPDX-License-Identifier: GPL-2.0
/*
 * Waiter: a task that sleeps until somebody gives it an outcome.  WakeList: those who have theirs.
 *
 * A Waiter stands on the sleeper's stack and, while it waits, on a list under some lock.  Whoever
 * satisfies it takes it off the list, under that lock, and hands it to a WakeList; the outcome
 * becomes visible and the task is woken when the list is flushed, after the lock.
 *
 * BARRIER outcome: WakeList::flush() writes what the waiter derived from Waiter carries, then
 *     stores is_done_ with release; wait() loads it with acquire.  From that store on the Waiter
 *     may vanish with the sleeper's stack, so flush() reads all it needs before.
 * Context: wait() is process context and sleeps; flush() runs anywhere a task may be woken.
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
    /* The id of the waiting task itself, not of its process; no reference is taken. */
    [[nodiscard]] kapi_pid* pid() const noexcept { return kapi_task_pid(task_); }

    /*
     * Sleeps until flushed (Done), until a signal is pending, or until the deadline has passed,
     * which goes before a signal.  After the latter two the caller takes the lock and looks whether
     * it is still listed; if it is not, it belongs to somebody's WakeList: wait_for_flush().
     */
    [[nodiscard]] Outcome wait(Deadline deadline = Deadline::never()) noexcept;
    void wait_for_flush() noexcept;
    /* After Done, or wait_for_flush(): it may be listed, and wait, once more. */
    void rearm() noexcept
    {
        next_to_wake_ = nullptr;
        is_done_.store_relaxed(false);
    }

private:
    friend class WakeList;

    kapi_task* const task_ { kapi_task_current() };
    Waiter* next_to_wake_ { nullptr };
    Atomic<bool> is_done_ { false };
};

class WakeList : Pinned {
public:
    constexpr WakeList() = default;
    ~WakeList()
    {
        if (first_) [[unlikely]]
            flush();
    }

    /* @waiter has just been taken off its list, under that list's lock. */
    void add(Waiter& waiter) noexcept
    {
        *tail_ = &waiter;
        tail_ = &waiter.next_to_wake_;
    }

private:
    void flush() noexcept;

    Waiter* first_ { nullptr };
    Waiter** tail_ { &first_ };
};

} // namespace sysvipc
