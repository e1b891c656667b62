// SPDX-License-Identifier: GPL-2.0
/* Coroutines, and the machine on top of them (contracts: hosted/explorer/scheduler.hpp, machine.hpp). */
#include "scheduler.hpp"

#include "../machine.hpp"
#include "../readers.hpp"
#include "../task.hpp"
#include "memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <ucontext.h>
#include <unordered_map>
#include <kapi/task.h>
#include <unordered_set>

namespace hosted::explorer {

namespace {

constexpr std::size_t kStackSize = std::size_t { 1 } << 17;
constexpr unsigned kMostSteps = 200'000;

/* The last store to a place. */
struct Store {
    unsigned task;
    unsigned number;
};

struct Fiber {
    enum class State { Runnable, Waiting, Over };

    kapi_task* task { nullptr };
    void (*run)(void*) { nullptr };
    void* data { nullptr };
    State state { State::Runnable };
    const unsigned* word { nullptr }; /* that it waits on */
    std::int64_t deadline { machine::kNever };
    bool is_late { false }; /* its deadline has passed */
    unsigned number { 0 };
    Clock clock {};
    Clock sight {}; /* up to which of each task's stores it sees */
    unsigned stores { 0 };
    unsigned flushed { 0 }; /* its stores that all see */
    std::unordered_map<const void*, Store> seen {};
    int reading { 0 }; /* nesting of RCU readers */
    unsigned section { 0 }; /* how many it has ended */
    int doubting { 0 };
    void* stack { nullptr };
    ucontext_t context {};
};

struct User {
    unsigned task;
    bool is_shared;
    bool is_changed;
};

Strategy* strategy = nullptr;
std::vector<std::unique_ptr<Fiber>> fibers;
Fiber* mine = nullptr;
bool is_exploring = false;
unsigned point_count = 0;
unsigned step_count = 0;
std::int64_t clock_now = 0;
std::string choices;
std::unordered_map<const void*, User> users;
std::unordered_set<const void*> found_shared;
std::unordered_set<const void*> shared;
Model model = Model::Sequential;
std::unordered_map<const void*, Store> stores;
Clock barriers; /* what the barriers so far let others see */
unsigned ends_of_readers = 0; /* a futex */
char all_readers;
char grace_periods; /* who begins to read after one began sees what came before that */
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

/* Those that can go on, the current one first if it can, then in turn; the sleepers that can only time out last. */
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
Fiber& decide(const std::vector<unsigned>& tasks, bool is_free)
{
    if (tasks.size() == 1)
        return *fibers[tasks[0]];
    const unsigned chosen = strategy->choose(point_count, tasks, is_free);
    if (chosen != 0) {
        choices += choices.empty() ? "" : ",";
        choices += std::to_string(point_count) + ":" + std::to_string(tasks[chosen]);
    }
    return *fibers[tasks[chosen]];
}

/* The current task cannot go on. */
void run_others()
{
    const std::vector<unsigned> tasks = candidates(false);
    count_step();
    ++point_count;
    if (tasks.empty())
        fail("every task sleeps, and nobody is left to wake one: a wake-up was lost");
    switch_to(is_exploring ? decide(tasks, true) : *fibers[tasks[0]]);
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

void run(Strategy& given, void (*body)()) noexcept
{
    strategy = &given;
    reset_memory();
    users.clear();
    stores.clear();
    barriers = {};
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

/* As when a new task is woken: what its parent did before, it sees. */
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

Clock& current_sight() noexcept
{
    return mine->sight;
}

void set_model(Model given) noexcept
{
    model = given;
}

void note_store(const void* place) noexcept
{
    if (model == Model::Sequential)
        return;
    stores[place] = { mine->number, ++mine->stores };
    mine->sight.set(mine->number, mine->stores);
}

bool is_store_missed(const void* place) noexcept
{
    if (model == Model::Sequential || !is_exploring)
        return false;
    const auto found = stores.find(place);
    if (found == stores.end() || mine->sight.of(found->second.task) >= found->second.number)
        return false;
    const Store& store = found->second;
    const auto seen = mine->seen.find(place);
    if (seen != mine->seen.end() && seen->second.task == store.task
        && seen->second.number == store.number)
        return false;
    if (model == Model::Tso && fibers[store.task]->flushed >= store.number)
        return false;
    static const std::vector<unsigned> kSeenOrMissed { 0, 1 };
    ++point_count;
    if (strategy->choose(point_count, kSeenOrMissed, false) == 0)
        return false;
    choices += choices.empty() ? "" : ",";
    choices += std::to_string(point_count) + ":1";
    return true;
}

/* Coherence: it is not missed later.  In TSO, neither are that task's earlier stores. */
void note_seen(const void* place) noexcept
{
    if (model == Model::Sequential)
        return;
    const auto found = stores.find(place);
    if (found == stores.end())
        return;
    const Store& store = found->second;
    if (model == Model::Tso)
        mine->sight.raise(store.task, store.number);
    mine->seen[place] = store;
}

void pass_barrier() noexcept
{
    mine->flushed = mine->stores;
    mine->sight.join(barriers);
    barriers.join(mine->sight);
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

namespace hosted::machine {

using namespace explorer;

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
    enter(fiber);
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

namespace hosted::readers {

using namespace explorer;

void begin_thread() noexcept { }

void end_thread() noexcept { }

void begin() noexcept
{
    machine::may_switch(&all_readers, false);
    machine::enter(&grace_periods);
    ++mine->reading;
}

void end() noexcept
{
    if (--mine->reading != 0)
        return;
    machine::leave(&all_readers);
    ++mine->section;
    machine::wake_on(&ends_of_readers);
}

bool is_one() noexcept
{
    return mine->reading != 0;
}

void wait() noexcept
{
    struct Seen {
        const Fiber* fiber;
        unsigned section;
    };
    std::vector<Seen> inside;
    machine::may_switch(&all_readers);
    machine::leave(&grace_periods);
    for (const auto& fiber : fibers) {
        if (fiber->reading != 0 && fiber.get() != mine)
            inside.push_back({ fiber.get(), fiber->section });
    }
    for (const Seen& seen : inside) {
        while (seen.fiber->reading != 0 && seen.fiber->section == seen.section)
            machine::wait_on(&ends_of_readers, ends_of_readers);
    }
    machine::enter(&all_readers);
}

} // namespace hosted::readers
