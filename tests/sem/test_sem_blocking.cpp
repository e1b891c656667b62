// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that sleep in semop(2): the events that wake them, and the result.  Order:
 * test_sem_order.cpp.  Counts: test_sem_counts.cpp.  Signals: test_sem_signal.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <list>

namespace {

constexpr int kHighest = sysv::kHighestValue;

// Expects no wake-up: the sleeper's number of sleeps stays, and it can still be released.
class Undisturbed {
public:
    explicit Undisturbed(Actor& sleeper) : sleeper_ { sleeper }, sleeps_ { sleeper.sleeps() } { }
    ~Undisturbed() { EXPECT_EQ(sleeper_.sleeps(), sleeps_); }

private:
    Actor& sleeper_;
    long sleeps_;
};

TEST(a_decrease_waits_until_the_value_is_high_enough)
{
    const SemSet set;
    auto sleeper = sleeper_in(set, { down(0, 3) });
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.operate({ up() }));
        REQUIRE_OK(set.operate({ up() }));
    }
    REQUIRE_OK(set.operate({ up(0, 2) }));
    EXPECT_EQ(sleeper.join(), Outcome::raw(0));
    EXPECT_EQ(set.value(), 1);
}

TEST(wait_for_zero_waits_until_the_value_is_zero)
{
    const SemSet set { Values { 3 } };
    auto sleeper = sleeper_in(set, { zero() });
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.operate({ down(0, 2) }));
        REQUIRE_OK(set.operate({ up(0, 5) }));
    }
    REQUIRE_OK(set.operate({ down(0, 6) }));
    EXPECT_EQ(sleeper.join(), Outcome::raw(0));
}

TEST(a_zero_that_lasts_for_a_moment_is_enough)
{
    const SemSet set { Values { 1 } };
    auto sleeper = sleeper_in(set, { zero() });
    REQUIRE_OK(set.operate({ down() }));
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 1);
}

TEST(a_zero_inside_an_array_is_not_seen)
{
    const SemSet set { Values { 1 } };
    auto sleeper = sleeper_in(set, { zero() });
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.operate({ down(), up() }));
    }
    REQUIRE_OK(set.operate({ down() }));
    EXPECT_OK(sleeper.join());
}

TEST(operations_on_other_semaphores_wake_nobody)
{
    const SemSet set { Values { 0, 1, 0 } };
    auto decreasing = sleeper_in(set, { down(0) });
    auto waiting = sleeper_in(set, { zero(1) });
    {
        const Undisturbed first { decreasing };
        const Undisturbed second { waiting };
        REQUIRE_OK(set.operate({ up(2), up(2) }));
        REQUIRE_OK(set.operate({ down(2, 2) }));
        REQUIRE_OK(set.set_value(2, 7));
    }
    REQUIRE_OK(set.operate({ up(0), down(1) }));
    EXPECT_OK(decreasing.join());
    EXPECT_OK(waiting.join());
}

TEST(a_served_sleeper_is_recorded_at_once)
{
    const SemSet set { 2 };
    auto sleeper = sleeper_in(set, { down(0), up(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_EQ(set.text(), "0 1");
    EXPECT_EQ(set.last_pid(0), sleeper.pid());
    EXPECT_EQ(set.last_pid(1), sleeper.pid());
    EXPECT_OK(sleeper.join());
}

TEST(a_served_sleeper_of_zero_is_recorded_too)
{
    const SemSet set { Values { 1 } };
    auto sleeper = sleeper_in(set, { zero() });
    REQUIRE_OK(set.operate({ down() }));
    EXPECT_EQ(set.last_pid(), sleeper.pid());
    EXPECT_OK(sleeper.join());
}

TEST(an_array_waits_until_all_of_it_can_be_done)
{
    const SemSet set { Values { 0, 0, 1 } };
    auto sleeper = sleeper_in(set, { down(0), down(1), zero(2), up(0, 5) });
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.operate({ up(0) }));
        EXPECT_EQ(set.text(), "1 0 1");
        REQUIRE_OK(set.operate({ up(1) }));
        EXPECT_EQ(set.text(), "1 1 1");
    }
    REQUIRE_OK(set.operate({ down(2) }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.text(), "5 0 0");
}

TEST(an_array_of_zeros_waits_until_all_are_zero_at_once)
{
    const SemSet set { Values { 1, 1 } };
    auto sleeper = sleeper_in(set, { zero(0), zero(1) });
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.operate({ down(0) }));
        REQUIRE_OK(set.operate({ up(0) }));
        REQUIRE_OK(set.operate({ down(1) }));
    }
    REQUIRE_OK(set.operate({ down(0) }));
    EXPECT_OK(sleeper.join());
}

TEST(an_array_that_names_one_semaphore_twice_waits_for_the_sum)
{
    const SemSet set;
    auto sleeper = sleeper_in(set, { down(0, 2), down(0, 3), zero(0) });
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.operate({ up(0, 4) }));
    }
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(an_array_of_five_hundred_operations_waits)
{
    const SemSet set { 500 };
    Operations all;
    for (int i = 0; i < 500; ++i)
        all.push_back(down(i));
    auto sleeper = sleeper_in(set, all);
    REQUIRE_OK(set.set_values(Values(500, 1)));
    EXPECT_OK(sleeper.join());
    EXPECT(set.values() == Values(500, 0));
}

TEST(a_sleeper_whose_array_overflows_later_gets_erange)
{
    const SemSet set { Values { 0, kHighest } };
    auto sleeper = sleeper_in(set, { down(0), up(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_ERR(sleeper.join(), ERANGE);
    EXPECT_EQ(set.text(), "1 32767");
    EXPECT_EQ(set.last_pid(1), getpid());
}

TEST(a_sleeper_whose_next_operation_would_block_without_waiting_gets_eagain)
{
    const SemSet set { 2 };
    auto sleeper = sleeper_in(set, { down(0), at_once(down(1)) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_ERR(sleeper.join(), EAGAIN);
    EXPECT_EQ(set.text(), "1 0");
}

TEST(a_sleeper_in_zeros_whose_next_would_block_without_waiting_gets_eagain)
{
    const SemSet set { Values { 1, 1 } };
    auto sleeper = sleeper_in(set, { zero(0), at_once(zero(1)) });
    REQUIRE_OK(set.operate({ down(0) }));
    EXPECT_ERR(sleeper.join(), EAGAIN);
    EXPECT_EQ(set.waiting_for_zero(0), 0);
}

TEST(sleepers_behind_a_failing_one_are_served)
{
    const SemSet set { Values { 0, kHighest } };
    auto failing = sleeper_in(set, { down(0), up(1) });
    auto next = sleeper_in(set, { down(0) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_ERR(failing.join(), ERANGE);
    EXPECT_OK(next.join());
    EXPECT_EQ(set.text(), "0 32767");
}

TEST(setval_wakes_a_decrease)
{
    const SemSet set;
    auto sleeper = sleeper_in(set, { down(0, 5) });
    REQUIRE_OK(set.set_value(0, 7));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 2);
}

TEST(setval_wakes_a_wait_for_zero)
{
    const SemSet set { Values { 5 } };
    auto sleeper = sleeper_in(set, { zero() });
    REQUIRE_OK(set.set_value(0, 0));
    EXPECT_OK(sleeper.join());
}

TEST(setval_wakes_an_array)
{
    const SemSet set { Values { 0, 3 } };
    auto sleeper = sleeper_in(set, { down(0), down(1) });
    REQUIRE_OK(set.set_value(0, 1));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.text(), "0 2");
}

TEST(setval_that_serves_nobody_wakes_nobody)
{
    const SemSet set { Values { 1 } };
    auto decreasing = sleeper_in(set, { down(0, 5) });
    auto waiting = sleeper_in(set, { zero() });
    {
        const Undisturbed first { decreasing };
        const Undisturbed second { waiting };
        for (const int value : { 4, 1, 3 })
            REQUIRE_OK(set.set_value(0, value));
    }
    REQUIRE_OK(set.set_value(0, 5));
    EXPECT_OK(decreasing.join());
    EXPECT_OK(waiting.join());
}

TEST(setval_that_serves_a_sleeper_sets_the_time_of_operation)
{
    const SemSet set;
    auto sleeper = sleeper_in(set, { down() });
    EXPECT_EQ(set.stat().otime, 0);
    REQUIRE_OK(set.set_value(0, 1));
    EXPECT(set.stat().otime != 0);
    EXPECT_EQ(set.last_pid(), sleeper.pid());
    EXPECT_OK(sleeper.join());
}

TEST(setall_wakes_all_sleepers_it_serves)
{
    const SemSet set { Values { 0, 5, 0, 0 } };
    auto decreasing = sleeper_in(set, { down(0) });
    auto waiting = sleeper_in(set, { zero(1) });
    auto both = sleeper_in(set, { down(2), down(3) });
    auto left = sleeper_in(set, { down(3, 2) });
    REQUIRE_OK(set.set_values({ 1, 0, 1, 2 }));
    EXPECT_OK(decreasing.join());
    EXPECT_OK(waiting.join());
    EXPECT_OK(both.join());
    EXPECT_EQ(set.text(), "0 0 0 1");
    EXPECT_EQ(set.waiting_for_increase(3), 1);
    REQUIRE_OK(set.operate({ up(3) }));
    EXPECT_OK(left.join());
}

TEST(setall_that_serves_a_sleeper_sets_the_time_of_operation)
{
    const SemSet set { Values { 1, 1 } };
    auto sleeper = sleeper_in(set, { zero(1) });
    REQUIRE_OK(set.set_values({ 1, 0 }));
    EXPECT(set.stat().otime != 0);
    EXPECT_OK(sleeper.join());
}

TEST(removal_wakes_all_sleepers_with_eidrm)
{
    SemSet set { Values { 0, 1, 1 } };
    std::list<Actor> sleepers;
    for (const Operations& operations :
         { Operations { down(0) }, Operations { zero(1) }, Operations { down(0), zero(1) },
           Operations { zero(1), zero(2) }, Operations { undone(down(0)) },
           Operations { down(0, 2) } })
        sleepers.push_back(sleeper_in(set, operations));
    REQUIRE_OK(set.remove());
    for (auto& sleeper : sleepers)
        EXPECT_ERR(sleeper.join(), EIDRM);
}

TEST(a_set_removed_under_its_sleepers_leaves_its_key_free)
{
    const key_t key = unused_set_key();
    SemSet set { 1, 0600, key };
    auto sleeper = sleeper_in(set, { down() });
    REQUIRE_OK(set.remove());
    const SemSet successor { 1, 0600, key };
    REQUIRE_OK(successor.operate({ up() }));
    EXPECT_ERR(sleeper.join(), EIDRM);
    EXPECT_EQ(successor.value(), 1);
}

TEST(taking_permission_away_does_not_touch_sleepers)
{
    const SemSet set { 1, 0606 };
    auto sleeper = sleeper_in(set, { down() }, kAlice);
    {
        const Undisturbed asleep { sleeper };
        REQUIRE_OK(set.set_mode(0600));
    }
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(a_killed_sleeper_leaves_its_share_to_the_next)
{
    const SemSet set;
    auto killed = sleeper_in(set, { down() });
    auto next = sleeper_in(set, { down() });
    killed.signal(SIGKILL);
    killed.join_killed(SIGKILL);
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(next.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(a_killed_sleeper_in_an_array_lets_the_others_be_served)
{
    const SemSet set { 2 };
    auto simple = sleeper_in(set, { down(0) });
    auto killed = sleeper_in(set, { down(0), down(1) });
    auto later = sleeper_in(set, { down(1) });
    killed.signal(SIGKILL);
    killed.join_killed(SIGKILL);
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_OK(simple.join());
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_OK(later.join());
    EXPECT_EQ(set.text(), "0 0");
}

TEST(one_decrease_waits_for_the_sum_of_many_increases)
{
    const SemSet set;
    auto sleeper = sleeper_in(set, { down(0, 100) });
    std::list<Actor> givers;
    for (int i = 0; i < 10; ++i)
        givers.emplace_back([&] {
            for (int j = 0; j < 10; ++j)
                REQUIRE_OK(set.operate({ up() }));
            return Outcome::raw(0);
        });
    for (auto& giver : givers)
        EXPECT_OK(giver.join());
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(sleepers_in_one_set_do_not_see_operations_on_another)
{
    const SemSet first;
    const SemSet second;
    auto of_first = sleeper_in(first, { down() });
    {
        const Undisturbed asleep { of_first };
        REQUIRE_OK(second.operate({ up() }));
    }
    REQUIRE_OK(first.operate({ up() }));
    EXPECT_OK(of_first.join());
    EXPECT_EQ(second.value(), 1);
}

} // namespace
