// SPDX-License-Identifier: GPL-2.0
/* kapi: deferred work (contracts: include/kapi/rcu.h). */
#include "work.hpp"

#include "layout_types.h"
#include "machine.hpp"
#include "task.hpp"

#include <atomic>
#include <kapi/rcu.h>
#include <kapi/task.h>
#include <mutex>

namespace hosted {

namespace {

struct Queue {
    std::mutex lock;
    hosted_work* first { nullptr };
    hosted_work** end { &first };
    unsigned changes { 0 }; /* a futex: new work, or the end */
    bool is_over { false };
};

enum State : unsigned { Idle, Queued, Running, QueuedAgain };

Queue queue;
kapi_task* worker = nullptr;

hosted_work* next_work(bool& is_over)
{
    const std::lock_guard guard { queue.lock };
    hosted_work* work = queue.first;
    is_over = queue.is_over;
    if (work) {
        queue.first = work->next;
        if (!queue.first)
            queue.end = &queue.first;
        std::atomic_ref { work->state }.store(Running);
    }
    return work;
}

void append(hosted_work& work)
{
    work.next = nullptr;
    *queue.end = &work;
    queue.end = &work.next;
}

/* Once it is idle, its owner may free it. */
void finish(hosted_work& work)
{
    machine::leave(&work);
    const std::lock_guard guard { queue.lock };
    const std::atomic_ref state { work.state };
    if (state.load() == QueuedAgain) {
        state.store(Queued);
        append(work);
        return;
    }
    state.store(Idle);
    machine::wake_on(&work.state);
}

void run_works(void*)
{
    for (;;) {
        const unsigned changes = std::atomic_ref { queue.changes }.load();
        bool is_over = false;
        hosted_work* work = next_work(is_over);
        if (!work) {
            if (is_over)
                return;
            machine::wait_on(&queue.changes, changes);
            continue;
        }
        machine::enter(work);
        work->run(work);
        finish(*work);
    }
}

void notify()
{
    std::atomic_ref { queue.changes }.fetch_add(1);
    machine::wake_on(&queue.changes);
}

hosted_work& work_in(kapi_work* work)
{
    return *reinterpret_cast<hosted_work*>(work);
}

} // namespace

void start_worker() noexcept
{
    queue.is_over = false;
    worker = create_task(initial_process(), Identity {});
    machine::start(*worker, run_works, nullptr);
}

void stop_worker() noexcept
{
    {
        const std::lock_guard guard { queue.lock };
        queue.is_over = true;
    }
    notify();
    machine::join(*worker);
    kapi_task_put(worker);
    worker = nullptr;
}

} // namespace hosted

using namespace hosted;

void kapi_work_init(kapi_work* work, kapi_work_function run)
{
    work_in(work) = { reinterpret_cast<void (*)(hosted_work*)>(run), nullptr, Idle };
}

void kapi_work_schedule(kapi_work* work)
{
    hosted_work& scheduled = work_in(work);
    machine::may_switch(work);
    {
        const std::lock_guard guard { queue.lock };
        const std::atomic_ref state { scheduled.state };
        machine::leave(work);
        if (state.load() == Running)
            state.store(QueuedAgain);
        if (state.load() != Idle)
            return;
        state.store(Queued);
        append(scheduled);
    }
    notify();
}

void kapi_work_flush(kapi_work* work)
{
    const std::atomic_ref state { work_in(work).state };
    for (;;) {
        machine::may_switch(work);
        const unsigned seen = state.load();
        if (seen == Idle)
            break;
        machine::wait_on(&work_in(work).state, seen);
    }
    machine::enter(work);
}
