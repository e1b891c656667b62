// SPDX-License-Identifier: GPL-2.0
/* Tasks as coroutines, one at a time (contracts: hosted/machine.hpp). */
#include "../machine.hpp"

#include "fiber.hpp"
#include "memory.hpp"
#include "scheduler.hpp"
#include "../task.hpp"

namespace hosted::machine {

using namespace explorer;

namespace {

constexpr std::size_t kStackSize = std::size_t { 1 } << 17;

unsigned joined = 0; /* a futex: a task has ended */

void enter_fiber()
{
    mine->run(mine->data);
    machine::leave(mine);
    mine->state = Fiber::State::Over;
    machine::wake_on(&joined);
    machine::give_way();
    fail("a task that has ended runs");
}

} // namespace

kapi_task* current() noexcept
{
    return mine->task;
}

kapi_task* act_as(kapi_task* task) noexcept
{
    return std::exchange(mine->task, task);
}

bool start(kapi_task& task, void (*run)(void*), void* data) noexcept
{
    if (fibers.size() == kMostTasks)
        explorer::fail("too many tasks");
    auto fiber = std::make_unique<Fiber>();
    fiber->task = &task;
    fiber->run = run;
    fiber->data = data;
    fiber->number = static_cast<unsigned>(fibers.size());
    fiber->clock = mine->clock;
    fiber->clock.tick(fiber->number);
    fiber->sight = mine->sight;
    mine->clock.tick(mine->number);
    task.machine = fiber.get();
    getcontext(&fiber->context);
    fiber->stack = explorer::allocate(kStackSize);
    fiber->context.uc_stack.ss_sp = fiber->stack;
    fiber->context.uc_stack.ss_size = kStackSize;
    fiber->context.uc_link = nullptr;
    makecontext(&fiber->context, enter_fiber, 0);
    fibers.push_back(std::move(fiber));
    return true;
}

void join(kapi_task& task) noexcept
{
    const auto* fiber = static_cast<Fiber*>(task.machine);
    while (fiber->state != Fiber::State::Over)
        wait_on(&joined, joined);
    machine::enter(fiber);
    release_unchecked(fiber->stack);
}

bool wait_on(unsigned* word, unsigned value, std::int64_t deadline) noexcept
{
    if (*static_cast<volatile unsigned*>(word) != value)
        return true;
    mine->state = Fiber::State::Waiting;
    mine->word = word;
    mine->deadline = deadline;
    mine->is_late = false;
    run_others();
    mine->word = nullptr;
    mine->deadline = kNever;
    return !mine->is_late;
}

void wake_on(unsigned* word) noexcept
{
    for (const auto& fiber : fibers) {
        if (fiber->state == Fiber::State::Waiting && fiber->word == word)
            fiber->state = Fiber::State::Runnable;
    }
}

void may_switch(const void* object, bool changes) noexcept
{
    reach_point(object, changes);
}

void give_way() noexcept
{
    std::vector<unsigned> tasks = candidates(false);
    count_step();
    if (!tasks.empty())
        switch_to(*fibers[tasks[0]]);
}

void note_publication(const void* object) noexcept
{
    note_store(object);
}

void note_publication_seen(const void* object) noexcept
{
    note_seen(object);
}

bool may_miss_publication(const void* object) noexcept
{
    const bool is_missed = is_store_missed(object);
    if (!is_missed)
        note_seen(object);
    return is_missed;
}

void full_barrier() noexcept
{
    pass_barrier();
}

void leave(const void* object) noexcept
{
    explorer::leave(object);
}

void enter(const void* object) noexcept
{
    explorer::enter(object);
}

void note_read(const void* memory, std::size_t size) noexcept
{
    note_access(reinterpret_cast<std::uintptr_t>(memory), size, { false, false },
                __builtin_return_address(0));
}

void note_write(const void* memory, std::size_t size) noexcept
{
    note_access(reinterpret_cast<std::uintptr_t>(memory), size, { true, false },
                __builtin_return_address(0));
}

void doubtful_reads_begin() noexcept
{
    ++mine->doubting;
}

void doubtful_reads_end() noexcept
{
    --mine->doubting;
}

std::int64_t now() noexcept
{
    return clock_now;
}

void sleep_until(std::int64_t deadline) noexcept
{
    unsigned never_woken = 0;
    while (wait_on(&never_woken, 0, deadline)) { }
}

void advance(std::int64_t nanoseconds) noexcept
{
    clock_now += nanoseconds;
}

void* allocate(std::size_t size) noexcept
{
    return explorer::allocate(size);
}

void release(void* memory) noexcept
{
    explorer::release(memory, __builtin_return_address(0));
}

} // namespace hosted::machine
