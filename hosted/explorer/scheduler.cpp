// SPDX-License-Identifier: GPL-2.0
/* Coroutines and the order in which they run (contracts: hosted/explorer/scheduler.hpp, fiber.hpp). */
#include "scheduler.hpp"

#include "../task.hpp"
#include "fiber.hpp"
#include "memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <kapi/task.h>
#include <unordered_map>
#include <unordered_set>

namespace hosted::explorer {

std::vector<std::unique_ptr<Fiber>> fibers;
Fiber* mine = nullptr;
bool is_exploring = false;
std::int64_t clock_now = 0;

namespace {

constexpr unsigned kMostSteps = 200'000;

struct User {
    unsigned task;
    bool is_shared;
    bool is_changed;
};

Strategy* strategy = nullptr;
unsigned point_count = 0;
unsigned step_count = 0;
std::string choices;
std::unordered_map<const void*, User> users;
std::unordered_set<const void*> found_shared;
std::unordered_set<const void*> shared;

void note_choice(unsigned chosen)
{
    choices += choices.empty() ? "" : ",";
    choices += std::to_string(point_count) + ":" + std::to_string(chosen);
}

void note_user(const void* object, bool changes)
{
    const auto [entry, is_new] = users.try_emplace(object, User { mine->number, false, changes });
    User& user = entry->second;
    if (is_new)
        return;
    user.is_shared |= user.task != mine->number;
    user.is_changed |= changes;
    if (user.is_shared && user.is_changed)
        found_shared.insert(object);
}

} // namespace

void switch_to(Fiber& next)
{
    Fiber& before = *mine;
    if (next.state == Fiber::State::Waiting) {
        next.is_late = true;
        next.state = Fiber::State::Runnable;
        clock_now = std::max(clock_now, next.deadline);
    }
    if (&next == &before)
        return;
    mine = &next;
    swapcontext(&before.context, &next.context);
}

/* The runnable ones: the current one first if it can run, the others in turn, sleepers that can only time out last. */
std::vector<unsigned> candidates(bool may_stay)
{
    std::vector<unsigned> found;
    const auto count = static_cast<unsigned>(fibers.size());
    if (may_stay && mine->state == Fiber::State::Runnable)
        found.push_back(mine->number);
    for (unsigned i = 1; i < count; ++i) {
        const Fiber& fiber = *fibers[(mine->number + i) % count];
        if (fiber.state == Fiber::State::Runnable)
            found.push_back(fiber.number);
    }
    if (!is_exploring && !found.empty())
        return found;
    for (unsigned i = 0; i < count; ++i) {
        const Fiber& fiber = *fibers[(mine->number + i) % count];
        if (fiber.state == Fiber::State::Waiting && fiber.deadline != machine::kNever)
            found.push_back(fiber.number);
    }
    return found;
}

void count_step()
{
    if (++step_count > kMostSteps)
        fail("the tasks go on for ever");
}

/* The strategy's choice. */
static Fiber& decide(const std::vector<unsigned>& tasks, bool is_free)
{
    if (tasks.size() == 1)
        return *fibers[tasks[0]];
    const unsigned chosen = strategy->choose(point_count, tasks, is_free);
    if (chosen != 0) {
        note_choice(tasks[chosen]);
    }
    return *fibers[tasks[chosen]];
}

/* The current task cannot continue. */
void run_others()
{
    const std::vector<unsigned> tasks = candidates(false);
    count_step();
    ++point_count;
    if (tasks.empty())
        fail("every task sleeps, and nobody is left to wake one: a wake-up was lost");
    switch_to(is_exploring ? decide(tasks, true) : *fibers[tasks[0]]);
}

void (*on_failure)(const char* what) noexcept = nullptr;

void fail(const char* what) noexcept
{
    is_exploring = false;
    if (on_failure)
        on_failure(what);
    std::fflush(stdout);
    std::_Exit(1);
}

std::string place_name(const void* pc) noexcept
{
    Dl_info info {};
    char text[300];
    if (!dladdr(pc, &info) || !info.dli_sname)
        std::snprintf(
            text, sizeof(text), "%#lx",
            static_cast<unsigned long>(reinterpret_cast<std::uintptr_t>(pc)
                                       - reinterpret_cast<std::uintptr_t>(info.dli_fbase)));
    else
        std::snprintf(text, sizeof(text), "%.120s+%#lx", info.dli_sname,
                      static_cast<unsigned long>(static_cast<const char*>(pc)
                                                 - static_cast<const char*>(info.dli_saddr)));
    return text;
}

bool choose_between_two() noexcept
{
    static const std::vector<unsigned> kBoth { 0, 1 };
    ++point_count;
    if (strategy->choose(point_count, kBoth, false) == 0)
        return false;
    note_choice(1);
    return true;
}

void run(Strategy& given, void (*body)()) noexcept
{
    strategy = &given;
    reset_memory();
    users.clear();
    forget_stores();
    choices.clear();
    point_count = 0;
    step_count = 0;
    clock_now = 0;
    fibers.clear();
    fibers.push_back(std::make_unique<Fiber>());
    mine = fibers[0].get();
    mine->clock.tick(0);
    start_initial_process();
    mine->task = create_task(initial_process(), Identity {});
    body();
    kapi_task_put(mine->task);
    stop_initial_process();
    if (living_bytes() != 0)
        fail("memory is left");
}

/* As when a new task is woken: it sees all that its parent did before. */
void begin_exploring() noexcept
{
    for (const auto& fiber : fibers) {
        fiber->clock.join(mine->clock);
        fiber->sight.join(mine->sight);
    }
    mine->clock.tick(mine->number);
    is_exploring = true;
}

void end_exploring() noexcept
{
    is_exploring = false;
}

std::string schedule() noexcept
{
    return choices;
}

unsigned points() noexcept
{
    return point_count;
}

unsigned adopt_shared() noexcept
{
    shared = found_shared;
    return static_cast<unsigned>(shared.size());
}

unsigned shared_objects() noexcept
{
    return static_cast<unsigned>(found_shared.size());
}

unsigned current_number() noexcept
{
    return mine->number;
}

bool is_doubting() noexcept
{
    return mine->doubting != 0;
}

Clock& current_clock() noexcept
{
    return mine->clock;
}

void reach_point(const void* object, bool changes) noexcept
{
    if (!is_exploring)
        return;
    count_step();
    ++point_count;
    if (strategy->is_asked_always() || shared.count(object) != 0) {
        const std::vector<unsigned> tasks = candidates(true);
        switch_to(decide(tasks, false));
    }
    note_user(object, changes);
}

} // namespace hosted::explorer
