// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "bench/bench.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <optional>
#include <sched.h>
#include <sys/mman.h>
#include <vector>

// Many tasks, each with an undo record of one set.
class RecordHolders {
public:
    // Strangers have no right to the set.
    enum class Who { Owner, Strangers };

    RecordHolders(const SemSet& set, int count, Who who)
    {
        keeper_.emplace([&, count, who] {
            run(set, count, who);
            return Outcome::raw(0);
        });
        wait_until([&] {
            REQUIRE(keeper_->is_running());
            return state_->ready == count;
        });
    }
    void end()
    {
        keeper_->signal(SIGKILL);
        keeper_->join_killed(SIGKILL);
    }

private:
    struct State {
        std::atomic<int> ready { 0 };
    };
    struct Start {
        int set;
        sembuf operation;
        Who who;
        State* state;
    };
    static constexpr std::size_t kStack = 8192;

    // With next to no stack, and nothing of the C library.
    static int hold(void* argument)
    {
        Start& start = *static_cast<Start*>(argument);
        if (start.who == Who::Strangers) {
            bench::call(SYS_setresgid, 1000, 1000, 1000);
            bench::call(SYS_setresuid, 1000, 1000, 1000);
        }
        const long result = bench::call(SYS_semop, start.set, &start.operation, 1);
        if (result == (start.who == Who::Strangers ? -EACCES : 0))
            ++start.state->ready;
        for (;;)
            bench::call(kPauseNumber, 0, 0, 0, 0);
    }

    // Threads, except for their undo records.
    void run(const SemSet& set, int count, Who who)
    {
        constexpr int kFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
        const auto size = static_cast<std::size_t>(count);
        const int nsems = static_cast<int>(set.stat().nsems);
        std::vector<Start> starts(size);
        void* stacks = mmap(nullptr, size * kStack, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(stacks != MAP_FAILED);
        for (std::size_t i = 0; i < size; ++i) {
            const int number = static_cast<int>(i) % std::min(nsems, 0xffff);
            starts[i] = { set.id(), undone(up(number)), who, &*state_ };
            char* top = static_cast<char*>(stacks) + (i + 1) * kStack;
            REQUIRE(clone(hold, top, kFlags, &starts[i]) > 0);
            // One after the other: otherwise processes that have just started would use all memory.
            while (state_->ready <= static_cast<int>(i))
                sched_yield();
        }
        pause();
    }

    Shared<State> state_;
    std::optional<Actor> keeper_;
};
