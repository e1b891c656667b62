// SPDX-License-Identifier: GPL-2.0
/*
 * Several processes use one set at once, on all CPUs: no token is lost or duplicated, and no lock
 * is held twice.  Sets created and removed meanwhile: test_sem_lifetime_race.cpp.  All runs are
 * bounded by counts, never by time.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <list>
#include <numeric>
#include <random>
#include <sys/wait.h>
#include <thread>

namespace {

constexpr int kProcesses = 4;

int sum(const Values& values)
{
    return std::accumulate(values.begin(), values.end(), 0);
}

// Starts `count` processes, each with its number, and waits for their ends.
void all_at_once(int count, const std::function<void(int)>& body)
{
    const Shared<Rendezvous> start;
    std::list<Actor> actors;
    for (int i = 0; i < count; ++i)
        actors.emplace_back([&, i] {
            start->meet(count);
            body(i);
            return Outcome::raw(0);
        });
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
}

TEST(increases_and_decreases_on_one_semaphore_add_up)
{
    const SemSet set { Values { 1000 } };
    all_at_once(kProcesses, [&](int) {
        for (int i = 0; i < 800; ++i) {
            REQUIRE_OK(set.operate({ up(0, 2) }));
            REQUIRE_OK(set.operate({ down() }));
        }
    });
    EXPECT_EQ(set.value(), 1000 + kProcesses * 800);
}

TEST(different_semaphores_do_not_disturb_each_other)
{
    const SemSet set { kProcesses };
    all_at_once(kProcesses, [&](int number) {
        for (int i = 0; i < 1500; ++i)
            REQUIRE_OK(set.operate({ up(number) }));
        EXPECT_EQ(set.last_pid(number), getpid());
    });
    EXPECT(set.values() == Values(kProcesses, 1500));
}

TEST(tokens_moved_one_by_one_are_conserved)
{
    constexpr int kSemaphores = 3;
    const SemSet set { Values(kSemaphores, 2) };
    all_at_once(kProcesses, [&](int number) {
        std::mt19937 random(static_cast<unsigned>(number));
        for (int i = 0; i < 500; ++i) {
            // Blocks now and then, but never all: each holds at most one of six tokens.
            const int from = static_cast<int>(random() % kSemaphores);
            if (!set.operate_within({ down(from) }, milliseconds(1)).ok())
                continue;
            REQUIRE_OK(set.operate({ up(static_cast<int>(random() % kSemaphores)) }));
        }
    });
    EXPECT_EQ(sum(set.values()), 2 * kSemaphores);
}

TEST(tokens_moved_by_arrays_are_conserved_in_every_snapshot)
{
    constexpr int kSemaphores = 5;
    const SemSet set { Values(kSemaphores, 4) };
    std::list<Actor> movers;
    for (int number = 0; number < 3; ++number)
        movers.emplace_back([&, number] {
            std::mt19937 random(static_cast<unsigned>(number));
            for (int i = 0; i < 1000; ++i) {
                const int from = static_cast<int>(random() % kSemaphores);
                const int to = static_cast<int>(random() % kSemaphores);
                const int amount = 1 + static_cast<int>(random() % 3);
                (void)set.attempt({ down(from, amount), up(to, amount) });
            }
            return Outcome::raw(0);
        });
    while (movers.back().is_running())
        REQUIRE_EQ(sum(set.values()), 4 * kSemaphores);
    for (auto& mover : movers)
        EXPECT_OK(mover.join());
    EXPECT_EQ(sum(set.values()), 4 * kSemaphores);
}

TEST(single_operations_and_arrays_together_conserve_tokens)
{
    constexpr int kSemaphores = 4;
    const SemSet set { Values(kSemaphores, 5) };
    all_at_once(kProcesses, [&](int number) {
        std::mt19937 random(static_cast<unsigned>(number));
        const auto any = [&] { return static_cast<int>(random() % kSemaphores); };
        for (int i = 0; i < 400; ++i) {
            if (number % 2) {
                (void)set.operate_within({ down(any(), 2), up(any(), 1), up(any(), 1) },
                                         milliseconds(1));
                continue;
            }
            if (set.operate_within({ down(any()) }, milliseconds(1)).ok())
                REQUIRE_OK(set.operate({ up(any()) }));
        }
    });
    EXPECT_EQ(sum(set.values()), 5 * kSemaphores);
    for (int i = 0; i < kSemaphores; ++i)
        EXPECT_EQ(set.waiting_for_increase(i), 0);
}

// Several processes take a lock in turn and count in memory that only the lock protects.
void expect_exclusion(const SemSet& set, const Operations& take, const Operations& release)
{
    const int kRounds = harness::affordable(500);
    struct Stage {
        volatile int counter;
        std::atomic<int> inside;
    };
    const Shared<Stage> stage;
    all_at_once(kProcesses, [&](int) {
        for (int i = 0; i < kRounds; ++i) {
            REQUIRE_OK(set.operate(take));
            EXPECT_EQ(stage->inside.fetch_add(1), 0);
            stage->counter = stage->counter + 1;
            EXPECT_EQ(stage->inside.fetch_sub(1), 1);
            REQUIRE_OK(set.operate(release));
        }
    });
    EXPECT_EQ(stage->counter, kProcesses * kRounds);
}

TEST(a_semaphore_of_one_is_a_lock)
{
    expect_exclusion(SemSet { Values { 1 } }, { down() }, { up() });
}

TEST(a_semaphore_of_one_with_undo_is_a_lock)
{
    expect_exclusion(SemSet { Values { 1 } }, { undone(down()) }, { undone(up()) });
}

TEST(wait_for_zero_then_increase_is_a_lock)
{
    expect_exclusion(SemSet {}, { zero(), up() }, { down() });
}

TEST(two_semaphores_taken_at_once_are_a_lock)
{
    expect_exclusion(SemSet { Values { 1, 1 } }, { down(1), down(0) }, { up(0), up(1) });
}

TEST(philosophers_that_take_both_forks_at_once_never_starve)
{
    constexpr int kSeats = 4;
    const SemSet forks { Values(kSeats, 1) };
    all_at_once(kSeats, [&](int seat) {
        const int other = (seat + 1) % kSeats;
        for (int i = 0; i < 300; ++i) {
            REQUIRE_OK(forks.operate({ down(seat), down(other) }));
            REQUIRE_OK(i % 2 ? forks.operate({ up(seat), up(other) })
                             : forks.operate({ up(seat) }));
            if (i % 2 == 0)
                REQUIRE_OK(forks.operate({ up(other) }));
        }
    });
    EXPECT_EQ(forks.text(), "1 1 1 1");
}

TEST(two_processes_alternate_without_losing_a_wake_up)
{
    const SemSet set { Values { 1, 0 } };
    all_at_once(2, [&](int number) {
        for (int i = 0; i < 2000; ++i) {
            REQUIRE_OK(set.operate({ down(number) }));
            REQUIRE_OK(set.operate({ up(1 - number) }));
        }
    });
    EXPECT_EQ(set.text(), "1 0");
}

TEST(processes_meet_at_a_barrier_of_zeros_without_losing_a_wake_up)
{
    // Each round counts down one semaphore and waits for its zero; the next uses the next one.
    const int kRounds = harness::affordable(300);
    const SemSet set { Values(kRounds, kProcesses) };
    all_at_once(kProcesses, [&](int) {
        for (int round = 0; round < kRounds; ++round) {
            REQUIRE_OK(set.operate({ down(round) }));
            REQUIRE_OK(set.operate({ zero(round) }));
        }
    });
    EXPECT(set.values() == Values(kRounds, 0));
}

TEST(a_time_out_that_races_with_an_increase_loses_no_token)
{
    constexpr int kTokens = 600;
    const SemSet set;
    const Shared<std::atomic<int>> taken;
    std::list<Actor> takers;
    for (int i = 0; i < 2; ++i)
        takers.emplace_back([&] {
            while (*taken < kTokens) {
                const auto outcome = set.operate_within({ down() }, { 0, 50'000 });
                if (outcome.ok())
                    ++*taken;
                else
                    REQUIRE_ERR(outcome, EAGAIN);
            }
            return Outcome::raw(0);
        });
    for (int i = 0; i < kTokens; ++i) {
        REQUIRE_OK(set.operate({ up() }));
        if (i % 3 == 0)
            sched_yield();
    }
    for (auto& taker : takers)
        EXPECT_OK(taker.join());
    EXPECT_EQ(*taken, kTokens);
    EXPECT_EQ(set.value(), 0);
    EXPECT_EQ(set.waiting_for_increase(), 0);
}

TEST(processes_that_end_at_any_moment_give_their_tokens_back)
{
    constexpr int kTokens = 20;
    const SemSet set { Values { kTokens, kTokens } };
    all_at_once(kProcesses, [&](int number) {
        std::mt19937 random(static_cast<unsigned>(number));
        for (int i = 0; i < 60; ++i) {
            Actor holder { [&] {
                REQUIRE_OK(set.operate({ undone(down(0)) }));
                REQUIRE_OK(set.operate({ undone(down(0, 2)), undone(down(1)) }));
                return Outcome::raw(0);
            } };
            for (auto yields = random() % 10; yields > 0; --yields)
                sched_yield();
            if (random() % 2)
                kill(holder.pid(), SIGKILL);
            // Whether it was killed or had ended before: it has given back by the time it has ended.
            REQUIRE_EQ(waitpid(holder.pid(), nullptr, 0), holder.pid());
        }
    });
    EXPECT_EQ(set.text(), "20 20");
}

TEST(threads_that_make_their_first_adjustment_at_once_share_one_state)
{
    for (int round = 0; round < 60; ++round) {
        const SemSet set { Values { 100 } };
        EXPECT_OK(Actor([&] {
                      std::vector<std::thread> threads;
                      Rendezvous start;
                      for (int i = 0; i < 4; ++i)
                          threads.emplace_back([&] {
                              start.meet(4);
                              REQUIRE_OK(set.operate({ undone(down()) }));
                          });
                      for (auto& thread : threads)
                          thread.join();
                      EXPECT_EQ(set.value(), 96);
                      return Outcome::raw(0);
                  }).join());
        REQUIRE_EQ(set.value(), 100);
    }
}

TEST(setall_under_traffic_leaves_no_adjustment_behind)
{
    constexpr int kTokens = 50;
    constexpr int kGate = 2;
    const SemSet set { Values { kTokens, kTokens, 1 } };
    std::list<Actor> actors;
    for (int i = 0; i < 3; ++i)
        actors.emplace_back([&] {
            for (int round = 0; round < 400; ++round) {
                (void)set.attempt({ undone(down(0)), undone(down(1)) });
                (void)set.attempt({ undone(down(1)) });
                (void)set.attempt({ undone(up(1)) });
            }
            return set.operate({ zero(kGate) });
        });
    while (set.waiting_for_zero(kGate) < 3)
        REQUIRE_OK(set.set_values({ kTokens, kTokens, 1 }));
    // All have stopped, and none has an adjustment since this:
    REQUIRE_OK(set.set_values({ 4, 7, 0 }));
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_EQ(set.text(), "4 7 0");
}

TEST(killing_users_at_any_moment_leaves_a_sane_set)
{
    const SemSet set { Values { 0, 0, 1 } };
    std::mt19937 random { 4242 };
    for (int round = 0; round < 100; ++round) {
        std::list<Actor> users;
        for (int user = 0; user < 3; ++user)
            users.emplace_back([&, user] {
                const Operations turns[] = { { down(0), up(1) },
                                             { down(1), up(0) },
                                             { zero(0), zero(1) } };
                while (set.operate(turns[user]).ok())
                    ;
                return Outcome::raw(0);
            });
        REQUIRE_OK(set.operate({ up(0) }));
        for (auto yields = random() % 30; yields > 0; --yields)
            sched_yield();
        for (auto& user : users)
            user.signal(SIGKILL);
        for (auto& user : users)
            user.join_killed(SIGKILL);
        const auto values = set.values();
        REQUIRE_EQ(values[0] + values[1], round + 1);
        for (int i = 0; i < 3; ++i)
            REQUIRE_EQ(set.waiting_for_increase(i) + set.waiting_for_zero(i), 0);
    }
}

} // namespace
