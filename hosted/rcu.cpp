// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: read-copy-update (contracts: include/kapi/rcu.h).
 *
 * A task of its own waits for readers and runs the callbacks that were queued before it began to wait.
 */
#include "rcu.hpp"

#include "layout_types.h"
#include "machine.hpp"
#include "readers.hpp"
#include "task.hpp"

#include <atomic>
#include <kapi/memory.h>
#include <kapi/rcu.h>
#include <kapi/task.h>
#include <mutex>

namespace hosted {

namespace {

struct Callbacks {
    std::mutex lock;
    hosted_rcu_head* first { nullptr };
    hosted_rcu_head** end { &first };
    unsigned queued { 0 }; /* a futex, and so is the next */
    unsigned run { 0 };
    bool is_over { false };
};

Callbacks callbacks;
kapi_task* runner = nullptr;

hosted_rcu_head* take_all(bool& is_over)
{
    const std::lock_guard guard { callbacks.lock };
    hosted_rcu_head* first = callbacks.first;
    callbacks.first = nullptr;
    callbacks.end = &callbacks.first;
    is_over = callbacks.is_over;
    return first;
}

void run_all(hosted_rcu_head* head)
{
    while (head) {
        hosted_rcu_head* next = head->next;
        head->run(head);
        machine::leave(&callbacks);
        std::atomic_ref { callbacks.run }.fetch_add(1);
        head = next;
    }
    machine::wake_on(&callbacks.run);
}

void run_callbacks(void*)
{
    for (;;) {
        const unsigned queued = std::atomic_ref { callbacks.queued }.load();
        bool is_over = false;
        if (hosted_rcu_head* first = take_all(is_over)) {
            for (const hosted_rcu_head* head = first; head; head = head->next)
                machine::enter(head);
            readers::wait();
            run_all(first);
        } else if (is_over) {
            return;
        } else {
            machine::wait_on(&callbacks.queued, queued);
        }
    }
}

void notify()
{
    std::atomic_ref { callbacks.queued }.fetch_add(1);
    machine::wake_on(&callbacks.queued);
}

} // namespace

void start_rcu() noexcept
{
    callbacks.is_over = false;
    callbacks.queued = 0;
    callbacks.run = 0;
    runner = create_task(initial_process(), Identity {});
    machine::start(*runner, run_callbacks, nullptr);
}

void stop_rcu() noexcept
{
    {
        const std::lock_guard guard { callbacks.lock };
        callbacks.is_over = true;
    }
    notify();
    machine::join(*runner);
    kapi_task_put(runner);
    runner = nullptr;
}

} // namespace hosted

using namespace hosted;

void kapi_rcu_read_lock()
{
    readers::begin();
}

void kapi_rcu_read_unlock()
{
    readers::end();
}

bool kapi_rcu_read_is_held()
{
    return readers::is_one();
}

void kapi_call_rcu(kapi_rcu_head* head, kapi_rcu_callback callback)
{
    auto* queued = reinterpret_cast<hosted_rcu_head*>(head);
    queued->run = reinterpret_cast<void (*)(hosted_rcu_head*)>(callback);
    queued->next = nullptr;
    machine::may_switch(head);
    machine::leave(head);
    {
        const std::lock_guard guard { callbacks.lock };
        *callbacks.end = queued;
        callbacks.end = &queued->next;
    }
    notify();
}

void kapi_kvfree_rcu(kapi_rcu_head* head)
{
    kapi_call_rcu(head, [](kapi_rcu_head* memory) { kapi_kvfree(memory); });
}

void kapi_synchronize_rcu()
{
    readers::wait();
}

/* Each callback raises one count when it is queued and the other when it has run. */
void kapi_rcu_barrier()
{
    const unsigned queued = std::atomic_ref { callbacks.queued }.load();
    for (;;) {
        const unsigned run = std::atomic_ref { callbacks.run }.load();
        if (static_cast<int>(run - queued) >= 0)
            break;
        machine::wait_on(&callbacks.run, run);
    }
    machine::enter(&callbacks);
}

/* --- tasks-RCU: the caller waits for the end of a grace period */

void kapi_rcu_tasks_begin(kapi_rcu_wait* wait)
{
    reinterpret_cast<hosted_wait*>(wait)->is_over = 0;
}

bool kapi_rcu_wait_is_over(kapi_rcu_wait* wait)
{
    kapi_rcu_wait_finish(wait);
    return true;
}

void kapi_rcu_wait_finish(kapi_rcu_wait* wait)
{
    hosted_wait& waited = *reinterpret_cast<hosted_wait*>(wait);
    if (waited.is_over == 0)
        wait_for_kernel_tasks();
    waited.is_over = 1;
}
