// SPDX-License-Identifier: GPL-2.0
/* Fiber: a task of the explorer, as a coroutine.  For the files that make up the scheduler only. */
#pragma once

#include "../machine.hpp"
#include "clock.hpp"

#include <cstdint>
#include <memory>
#include <ucontext.h>
#include <unordered_map>
#include <vector>

struct kapi_task;

namespace hosted::explorer {

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
    Clock summed {}; /* readers::note_sum() */
    int doubting { 0 };
    void* stack { nullptr };
    ucontext_t context {};
};

extern std::vector<std::unique_ptr<Fiber>> fibers; /* by number */
extern Fiber* mine; /* the one that runs */
extern bool is_exploring;
extern std::int64_t clock_now;

/* The runnable ones: the current one first if it @may_stay, then in turn; sleepers that can only time out last. */
std::vector<unsigned> candidates(bool may_stay);
void switch_to(Fiber& next);
/* The current task cannot continue. */
void run_others();
/* Fails if there have been too many steps. */
void count_step();
/* A choice of the strategy that is no switch: whether the second of two. */
bool choose_between_two() noexcept;
/* For the next run. */
void forget_stores() noexcept;

} // namespace hosted::explorer
