// SPDX-License-Identifier: GPL-2.0
/*
 * stress_sem SECONDS: eight processes on one set of sixteen semaphores, with simple, complex and
 * undo operations, and random kills all the time.
 *
 * Twelve semaphores hold tokens.  A token is taken and put back with SEM_UNDO on one semaphore, or
 * moved to another by one array without: so the sum of the values and of the adjustments that would
 * be made if all processes died now is constant.  Four semaphores are locks, taken by waiting for
 * zero; the holder writes down its name, and must not find the name of a living process there.
 *
 * INVARIANT: when all processes are dead, the sum of the tokens is unchanged, all locks are free,
 * and no waiter is counted.  While they live, the sum lacks no more than they can hold.
 */
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <numeric>
#include <random>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace {

constexpr int kProcesses = 8;
constexpr int kTokenSemaphores = 12;
constexpr int kLocks = 4;
constexpr int kTokensEach = 3;
constexpr int kTokens = kTokenSemaphores * kTokensEach;
constexpr int kMostHeld = 3; // tokens, by one process
constexpr int kSecondsPerTest = 60; // the harness watches over tests, not over hours
constexpr int kKillsPerRound = 60; // all are killed and counted after so many

struct Stage {
    std::atomic<bool> doomed[kProcesses]; // about to be killed, or dead
    std::atomic<int> owner[kLocks]; // 1 + number of the process, or 0
    std::atomic<unsigned long> operations;
    std::atomic<unsigned long> locked;
    std::atomic<int> broken_locks;
    std::atomic<int> broken_calls;
};

// One of the eight workers: runs until it is killed.
class Worker {
public:
    Worker(const SemSet& set, Stage& stage, int number, unsigned seed)
        : set_ { set },
          stage_ { stage },
          number_ { number },
          random_ { seed }
    {
    }

    [[noreturn]] void run()
    {
        for (;;) {
            switch (below(8)) {
            case 0:
            case 1:
                take_one_and_put_it_back();
                break;
            case 2:
            case 3:
                move_by_array();
                break;
            case 4:
                take_several_at_once();
                break;
            case 5:
                (void)call({ zero(any_token()) });
                break;
            case 6:
                (void)call({ zero(any_token()), zero(any_token()) });
                break;
            default:
                hold_a_lock();
            }
        }
    }

private:
    int below(unsigned bound) { return static_cast<int>(random_() % bound); }
    int any_token() { return below(kTokenSemaphores); }

    // With or without a time limit; EAGAIN is its end; any other error is a failure.
    bool call(const Operations& operations)
    {
        const auto outcome = below(4) == 0
            ? ::attempt(set_.id(), operations)
            : set_.operate_within(operations, milliseconds(1 + below(20)));
        ++stage_.operations;
        if (outcome.ok())
            return true;
        if (!outcome.failed_with(EAGAIN))
            ++stage_.broken_calls;
        return false;
    }

    // Operations that are always possible.
    void must(const Operations& operations)
    {
        ++stage_.operations;
        if (!set_.operate(operations).ok())
            ++stage_.broken_calls;
    }

    void take_one_and_put_it_back()
    {
        const int number = any_token();
        if (call({ undone(down(number)) }))
            must({ undone(up(number)) });
    }

    void move_by_array()
    {
        const int from = any_token();
        const int to = any_token();
        const int amount = 1 + below(2);
        if (below(2))
            (void)call({ down(from, amount), up(to, amount) });
        else
            (void)call({ zero(to), down(from, amount), up(to, amount - 1), up(to) });
    }

    void take_several_at_once()
    {
        const int numbers[kMostHeld] = { any_token(), any_token(), any_token() };
        if (!call({ undone(down(numbers[0])), undone(down(numbers[1])), undone(down(numbers[2])) }))
            return;
        if (below(2))
            return must({ undone(up(numbers[2])), undone(up(numbers[0])), undone(up(numbers[1])) });
        for (const int number : numbers)
            must({ undone(up(number)) });
    }

    void hold_a_lock()
    {
        const int lock = below(kLocks);
        const int number = kTokenSemaphores + lock;
        if (!call({ zero(number), undone(up(number)) }))
            return;
        const int before = stage_.owner[lock].exchange(1 + number_);
        if (before != 0 && before != 1 + number_ && !stage_.doomed[before - 1])
            ++stage_.broken_locks;
        ++stage_.locked;
        if (below(2))
            take_one_and_put_it_back();
        int mine = 1 + number_;
        stage_.owner[lock].compare_exchange_strong(mine, 0);
        must({ undone(down(number)) });
    }

    const SemSet& set_;
    Stage& stage_;
    int number_;
    std::minstd_rand random_;
};

// The eight workers, and the process that kills and counts.
class Stress {
public:
    explicit Stress(unsigned seed) : random_ { seed }
    {
        Values values(kTokenSemaphores, kTokensEach);
        values.resize(kTokenSemaphores + kLocks, 0);
        REQUIRE_OK(set_.set_values(values));
    }

    // One round: random kills, then all are killed and everything must be back.
    void play_round()
    {
        for (int number = 0; number < kProcesses; ++number)
            start(number);
        for (int i = 0; i < kKillsPerRound; ++i) {
            const int number = static_cast<int>(random_() % kProcesses);
            usleep(random_() % 8000);
            expect_possible(set_.values());
            doom(number);
            bury(number);
            start(number);
        }
        for (int number = 0; number < kProcesses; ++number)
            doom(number);
        for (int number = 0; number < kProcesses; ++number)
            bury(number);
        expect_all_back();
    }

    std::string summary() const
    {
        return std::to_string(stage_->operations) + " operations, " + std::to_string(stage_->locked)
            + " locks held, " + std::to_string(kills_) + " kills";
    }

private:
    void start(int number)
    {
        const auto seed = static_cast<unsigned>(random_());
        stage_->doomed[number] = false;
        pids_[number] = fork();
        REQUIRE(pids_[number] >= 0);
        if (pids_[number] > 0)
            return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        Worker { set_, *stage_, number, seed }.run();
    }

    void doom(int number)
    {
        stage_->doomed[number] = true;
        REQUIRE_EQ(kill(pids_[number], SIGKILL), 0);
    }

    // Waits for the end, and takes the name of the dead from the locks.
    void bury(int number)
    {
        int status = 0;
        REQUIRE_EQ(waitpid(pids_[number], &status, 0), pids_[number]);
        EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        ++kills_;
        for (auto& owner : stage_->owner) {
            int dead = 1 + number;
            owner.compare_exchange_strong(dead, 0);
        }
    }

    static int tokens(const Values& values)
    {
        return std::accumulate(values.begin(), values.begin() + kTokenSemaphores, 0);
    }

    void expect_possible(const Values& values) const
    {
        REQUIRE(tokens(values) <= kTokens);
        REQUIRE(tokens(values) >= kTokens - kProcesses * kMostHeld);
        REQUIRE(std::all_of(values.begin() + kTokenSemaphores, values.end(),
                            [](unsigned value) { return value <= 1; }));
        REQUIRE_EQ(stage_->broken_locks, 0);
        REQUIRE_EQ(stage_->broken_calls, 0);
    }

    void expect_all_back() const
    {
        const auto values = set_.values();
        expect_possible(values);
        REQUIRE_EQ(tokens(values), kTokens);
        for (int number = 0; number < kTokenSemaphores + kLocks; ++number) {
            REQUIRE(number < kTokenSemaphores || values[static_cast<std::size_t>(number)] == 0);
            REQUIRE_EQ(set_.waiting_for_increase(number), 0);
            REQUIRE_EQ(set_.waiting_for_zero(number), 0);
        }
    }

    SemSet set_ { kTokenSemaphores + kLocks };
    Shared<Stage> stage_;
    std::mt19937 random_;
    std::array<pid_t, kProcesses> pids_ {};
    unsigned long kills_ = 0;
};

std::int64_t monotonic_seconds()
{
    timespec now {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

void run_for(long seconds, unsigned seed)
{
    const auto end = monotonic_seconds() + seconds;
    Stress stress { seed };
    int rounds = 0;
    do {
        stress.play_round();
        ++rounds;
    } while (monotonic_seconds() < end);
    harness::note(std::to_string(rounds) + " rounds: " + stress.summary());
}

} // namespace

int main(int argc, char** argv)
{
    const long seconds = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 60;
    if (seconds <= 0) {
        std::fprintf(stderr, "usage: %s [SECONDS]\n", argv[0]);
        return 2;
    }
    unsigned part = 0;
    for (long left = seconds; left > 0; left -= kSecondsPerTest) {
        const long length = std::min<long>(left, kSecondsPerTest);
        ++part;
        harness::Registration { "no_token_is_lost_in_" + std::to_string(length)
                                    + "_seconds_of_kills_part_" + std::to_string(part),
                                [=] { run_for(length, part); } };
    }
    return harness::run_tests(std::vector<std::string> {});
}
