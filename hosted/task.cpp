// SPDX-License-Identifier: GPL-2.0
/* kapi: tasks, sleeping and waking, time (contracts: include/kapi/task.h). */
#include "task.hpp"
#include "machine.hpp"

#include <host/process.h>
#include <kapi/module.h>
#include <kapi/rcu.h>
#include <kapi/task.h>
#include <mutex>
#include <set>

namespace hosted {

namespace {

std::mutex registry_lock;
std::set<kapi_task*> registry;
unsigned last_number = 0;

constexpr std::int64_t kMillisecond = 1'000'000;

} // namespace

ProcessState& initial_process() noexcept
{
    static ProcessState process { nullptr, &initial_pid_ns, &initial_ipc_ns, nullptr };
    return process;
}

void start_initial_process() noexcept
{
    initial_process().pid = create_pid(initial_pid_ns);
}

void stop_initial_process() noexcept
{
    kapi_pid_put(initial_process().pid);
}

kapi_task* create_task(ProcessState& process, const Identity& identity) noexcept
{
    kapi_pid* pid = process.pid;
    if (process.threads.fetch_add(1) == 0)
        kapi_pid_get(pid);
    else
        pid = create_pid(*process.pid_ns);
    auto* task = machine::make<kapi_task>(&process, identity, pid);
    if (pid) /* not for the threads of hosted/ itself */
        pid->tasks.fetch_add(1);
    const std::lock_guard guard { registry_lock };
    /* The same in each run of an explorer. */
    if (registry.empty())
        last_number = 0;
    task->number = ++last_number;
    registry.insert(task);
    return task;
}

void send_signal(kapi_task& task) noexcept
{
    if (!task.allows_signals.load())
        return;
    machine::may_switch(&task);
    task.has_signal.store(true);
    kapi_task_wake(&task);
}

void drop_signals(kapi_task& task) noexcept
{
    task.has_signal.store(false);
}

int living_tasks() noexcept
{
    const std::lock_guard guard { registry_lock };
    return static_cast<int>(registry.size());
}

void in_kernel(bool is) noexcept
{
    std::atomic<unsigned>& passages = machine::current()->passages;
    if ((passages.load(std::memory_order_relaxed) & 1) != (is ? 1U : 0U)) {
        machine::leave(&passages);
        passages.fetch_add(1);
    }
}

void wait_for_kernel_tasks() noexcept
{
    struct Seen {
        kapi_task* task;
        unsigned passages;
    };
    std::vector<Seen> inside;
    {
        const std::lock_guard guard { registry_lock };
        for (kapi_task* task : registry) {
            const unsigned passages = task->passages.load();
            if (task == machine::current())
                continue;
            machine::enter(&task->passages);
            if ((passages & 1) == 0)
                continue;
            kapi_task_get(task);
            inside.push_back({ task, passages });
        }
    }
    for (const Seen& seen : inside) {
        while (seen.task->passages.load() == seen.passages)
            machine::give_way();
        machine::enter(&seen.task->passages);
        kapi_task_put(seen.task);
    }
}

} // namespace hosted

using namespace hosted;

kapi_task* kapi_task_current()
{
    return machine::current();
}

void kapi_task_get(kapi_task* task)
{
    task->references.fetch_add(1, std::memory_order_relaxed);
}

void kapi_task_put(kapi_task* task)
{
    machine::leave(task);
    if (task->references.fetch_sub(1) != 1)
        return;
    machine::enter(task);
    {
        const std::lock_guard guard { registry_lock };
        registry.erase(task);
    }
    ProcessState* process = task->process;
    if (task->pid)
        task->pid->tasks.fetch_sub(1);
    kapi_pid_put(task->pid);
    machine::destroy(task);
    if (process->threads.fetch_sub(1) != 1 || !process->ends_with_threads)
        return;
    kapi_pid_put(process->pid);
    machine::destroy(process);
}

/*
 * The woken task may preempt the caller at once: a grace period would wait for the caller, and the caller for a
 * CPU.  Under a spinlock it cannot: a WakeList without memory wakes there.
 */
bool kapi_task_wake(kapi_task* task)
{
    if (kapi_rcu_read_is_held() && machine::current()->spinlocks == 0)
        kapi_warn_invariant("a task is woken after the RCU reader has ended", __FILE__, __LINE__);
    machine::full_barrier();
    machine::may_switch(task);
    const bool was_sleeping = std::atomic_ref { task->is_sleeping }.exchange(0) != 0;
    if (was_sleeping)
        machine::wake_on(&task->is_sleeping);
    return was_sleeping;
}

void kapi_task_set_interruptible()
{
    machine::may_switch(machine::current());
    std::atomic_ref { machine::current()->is_sleeping }.exchange(1);
    machine::full_barrier();
}

void kapi_task_set_running()
{
    std::atomic_ref { machine::current()->is_sleeping }.store(0);
}

/* Whether the task was woken, or had a signal, before @deadline. */
static bool sleep_interruptibly(std::int64_t deadline)
{
    kapi_task& self = *machine::current();
    const bool is_inside = (self.passages.load(std::memory_order_relaxed) & 1) != 0;
    bool is_in_time = true;

    if (is_inside)
        in_kernel(false);
    while (is_in_time && !self.has_signal.load()
           && std::atomic_ref { self.is_sleeping }.load() != 0)
        is_in_time = machine::wait_on(&self.is_sleeping, 1, deadline);
    kapi_task_set_running();
    if (is_inside)
        in_kernel(true);
    return is_in_time;
}

void kapi_task_schedule()
{
    sleep_interruptibly(machine::kNever);
}

bool kapi_task_schedule_until(kapi_s64 deadline)
{
    return sleep_interruptibly(deadline);
}

bool kapi_task_signal_pending()
{
    machine::may_switch(machine::current(), false);
    return machine::current()->has_signal.load();
}

bool kapi_task_fatal_signal_pending()
{
    return machine::current()->is_killed.load();
}

void kapi_task_resched()
{
    ++machine::current()->times_given_way;
    machine::give_way();
}

void kapi_task_sleep_ms(kapi_u32 milliseconds)
{
    machine::sleep_until(machine::now() + milliseconds * kMillisecond);
}

void kapi_task_sleep_interruptible_ms(kapi_u32 milliseconds)
{
    kapi_task_set_interruptible();
    sleep_interruptibly(machine::now() + milliseconds * kMillisecond);
}

kapi_pid* kapi_task_tgid(kapi_task* task)
{
    return task->process->pid;
}

kapi_pid* kapi_task_pid(kapi_task* task)
{
    return task->pid;
}

/* No number is used twice here. */
kapi_process_mark host_process_mark()
{
    return {
        static_cast<kapi_u32>(kapi_pid_nr_in(machine::current()->process->pid, &initial_pid_ns)), 0
    };
}

/* A living task of the process: the initial process has further ones for a while, of hosted/ itself. */
int host_process_number(const kapi_process_mark* mark, kapi_pid_ns* ns, bool* lives)
{
    const int number = static_cast<int>(mark->number);
    const std::lock_guard guard { registry_lock };
    *lives = false;
    for (const kapi_task* task : registry) {
        kapi_pid* pid = task->process->pid;
        if (pid && kapi_pid_nr_in(pid, &initial_pid_ns) == number) {
            *lives = host_pid_lives(pid);
            return kapi_pid_nr_in(pid, ns);
        }
    }
    return ns == &initial_pid_ns ? number : 0;
}

unsigned long kapi_task_rlimit(unsigned int)
{
    return machine::current()->process->memlock_limit;
}

kapi_s64 kapi_time_deadline(kapi_s64 seconds, kapi_s64 nanoseconds)
{
    constexpr kapi_s64 kSecond = 1'000'000'000;
    kapi_s64 wait = 0;
    kapi_s64 deadline = 0;
    if (__builtin_mul_overflow(seconds, kSecond, &wait)
        || __builtin_add_overflow(wait, nanoseconds, &wait)
        || __builtin_add_overflow(machine::now(), wait, &deadline))
        return machine::kNever;
    return deadline;
}

kapi_s64 kapi_time_now()
{
    return machine::now();
}

kapi_s64 kapi_time_real_seconds()
{
    constexpr kapi_s64 kStart = 1'700'000'000; /* of the clock that wait times are on */
    return kStart + machine::now() / 1'000'000'000;
}
