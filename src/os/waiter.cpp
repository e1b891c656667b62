// SPDX-License-Identifier: GPL-2.0
/* Sleeping and waking (contracts: include/os/waiter.hpp). */
#include <os/waiter.hpp>

#include <base/poison.hpp>

namespace sysvipc {

Waiter::Outcome Waiter::wait(Deadline deadline) noexcept
{
    Outcome outcome = Outcome::Done;
    bool is_in_time = true;
    for (;;) {
        kapi_task_set_interruptible();
        if (is_done_.load_acquire())
            break;
        if (!is_in_time) {
            outcome = Outcome::TimedOut;
            break;
        }
        if (kapi_task_signal_pending()) {
            outcome = Outcome::Signal;
            break;
        }
        if (deadline.is_never())
            kapi_task_schedule();
        else
            is_in_time = kapi_task_schedule_until(deadline.nanoseconds());
    }
    kapi_task_set_running();
    return outcome;
}

void Waiter::wait_for_flush() noexcept
{
    for (;;) {
        kapi_task_set_uninterruptible();
        if (is_done_.load_acquire())
            break;
        kapi_task_schedule();
    }
    kapi_task_set_running();
}

void WakeList::flush() noexcept
{
    for (Waiter* waiter = first_; waiter;) {
        Waiter* next = waiter->next_to_wake_;
        kapi_task* task = waiter->task_;
        kapi_task_get(task);
        waiter->is_done_.store_release(true); /* BARRIER outcome: *waiter may be gone now */
        kapi_task_wake(task);
        kapi_task_put(task);
        waiter = next;
    }
}

} // namespace sysvipc
