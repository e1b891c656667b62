// SPDX-License-Identifier: GPL-2.0
/* Sleeping and waking (contracts: include/os/waiter.hpp). */
#include <os/waiter.hpp>

#include <kapi/memory.h>
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

/* Tasks that do not fit into the list itself, in the order of waking. */
struct WakeList::Page {
    static constexpr u32 kPlaces =
        (KAPI_PAGE_SIZE - sizeof(Page*) - sizeof(u64)) / sizeof(kapi_task*);

    Page* next;
    u32 count;
    kapi_task* tasks[kPlaces];
};

/* nullptr: no memory. */
kapi_task** WakeList::place_for_one() noexcept
{
    static_assert(sizeof(Page) <= KAPI_PAGE_SIZE);
    if (count_ < kInPlace)
        return &in_place_[count_++];
    if (!last_page_ || last_page_->count == Page::kPlaces) {
        Page* page = static_cast<Page*>(kapi_kmalloc_atomic(sizeof(Page)));
        if (!page)
            return nullptr;
        page->next = nullptr;
        page->count = 0;
        (last_page_ ? last_page_->next : first_page_) = page;
        last_page_ = page;
    }
    return &last_page_->tasks[last_page_->count++];
}

void WakeList::finish(Waiter& waiter) noexcept
{
    kapi_task* const task = waiter.task_;
    kapi_task** const place = place_for_one();
    kapi_task_get(task);
    waiter.is_done_.store_release(true); /* BARRIER outcome: @waiter may vanish now */
    if (place) [[likely]] {
        *place = task;
        return;
    }
    kapi_task_wake(task);
    kapi_task_put(task);
}

static void wake_each(kapi_task* const* tasks, u32 count) noexcept
{
    for (u32 i = 0; i < count; ++i) {
        kapi_task_wake(tasks[i]);
        kapi_task_put(tasks[i]);
    }
}

void WakeList::wake_all() noexcept
{
    wake_each(in_place_, count_);
    while (Page* page = first_page_) {
        first_page_ = page->next;
        wake_each(page->tasks, page->count);
        kapi_kfree(page);
    }
}

} // namespace sysvipc
