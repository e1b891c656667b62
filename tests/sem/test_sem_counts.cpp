// SPDX-License-Identifier: GPL-2.0
/*
 * GETNCNT and GETZCNT: a process counts for the semaphore of the first operation that blocks it,
 * and for no other.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <list>

namespace {

// How many wait for an increase of each semaphore, then how many for zero: "1 0 / 0 2".
std::string counts(const SemSet& set)
{
    std::string text;
    const int nsems = static_cast<int>(set.stat().nsems);
    for (int i = 0; i < nsems; ++i)
        text += std::to_string(set.waiting_for_increase(i)) + ' ';
    text += '/';
    for (int i = 0; i < nsems; ++i)
        text += ' ' + std::to_string(set.waiting_for_zero(i));
    return text;
}

// Ends the wait of all sleepers of a set.
void release(SemSet& set, std::list<Actor>& sleepers)
{
    REQUIRE_OK(set.remove());
    for (auto& sleeper : sleepers)
        EXPECT_ERR(sleeper.join(), EIDRM);
}

TEST(waiting_decreases_are_counted_on_their_semaphore)
{
    SemSet set { 3 };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(1) }));
    EXPECT_EQ(counts(set), "0 1 0 / 0 0 0");
    sleepers.push_back(sleeper_in(set, { down(1, 500) }));
    sleepers.push_back(sleeper_in(set, { down(2) }));
    EXPECT_EQ(counts(set), "0 2 1 / 0 0 0");
    release(set, sleepers);
}

TEST(waits_for_zero_are_counted_on_their_semaphore)
{
    SemSet set { Values { 1, 1, 1 } };
    std::list<Actor> sleepers;
    for (const int number : { 0, 2, 2 })
        sleepers.push_back(sleeper_in(set, { zero(number) }));
    EXPECT_EQ(counts(set), "0 0 0 / 1 0 2");
    release(set, sleepers);
}

TEST(both_kinds_are_counted_apart)
{
    SemSet set { Values { 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { zero() }));
    sleepers.push_back(sleeper_in(set, { down(0, 2) }));
    sleepers.push_back(sleeper_in(set, { down(0, 3) }));
    EXPECT_EQ(counts(set), "2 / 1");
    release(set, sleepers);
}

TEST(served_sleepers_are_no_longer_counted)
{
    const SemSet set { Values { 0, 1 } };
    auto decreasing = sleeper_in(set, { down(0) });
    auto waiting = sleeper_in(set, { zero(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_EQ(counts(set), "0 0 / 0 1");
    REQUIRE_OK(set.operate({ down(1) }));
    EXPECT_EQ(counts(set), "0 0 / 0 0");
    EXPECT_OK(decreasing.join());
    EXPECT_OK(waiting.join());
}

TEST(killed_sleepers_are_no_longer_counted)
{
    const SemSet set { Values { 0, 1 } };
    for (const Operations& operations :
         { Operations { down(0) }, Operations { zero(1) }, Operations { down(0), zero(1) },
           Operations { zero(1), zero(0) } }) {
        auto sleeper = sleeper_in(set, operations);
        sleeper.signal(SIGKILL);
        sleeper.join_killed(SIGKILL);
        EXPECT_EQ(counts(set), "0 0 / 0 0");
    }
}

TEST(calls_that_do_not_wait_are_not_counted)
{
    const SemSet set { Values { 0, 1 } };
    EXPECT_ERR(set.attempt({ down(0) }), EAGAIN);
    EXPECT_ERR(set.attempt({ zero(1) }), EAGAIN);
    EXPECT_ERR(set.attempt({ up(1), down(0) }), EAGAIN);
    EXPECT_EQ(counts(set), "0 0 / 0 0");
}

TEST(an_array_counts_for_its_first_blocking_operation_only)
{
    SemSet set { Values { 1, 0, 0, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0), down(1), down(2), zero(3) }));
    EXPECT_EQ(counts(set), "0 1 0 0 / 0 0 0 0");
    release(set, sleepers);
}

TEST(the_order_in_the_array_decides_and_not_that_of_the_semaphores)
{
    SemSet set { 3 };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(2), down(0), down(1) }));
    EXPECT_EQ(counts(set), "0 0 1 / 0 0 0");
    release(set, sleepers);
}

TEST(an_array_with_changes_that_waits_for_zero_counts_as_waiting_for_zero)
{
    SemSet set { Values { 1, 0 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { zero(0), up(1) }));
    EXPECT_EQ(counts(set), "0 0 / 1 0");
    release(set, sleepers);
}

TEST(an_array_of_zeros_counts_for_the_first_that_is_not_zero)
{
    SemSet set { Values { 0, 1, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { zero(0), zero(1), zero(2) }));
    EXPECT_EQ(counts(set), "0 0 0 / 0 1 0");
    release(set, sleepers);
}

TEST(the_count_of_an_array_follows_its_blocking_operation)
{
    SemSet set { 3 };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0), down(1), down(2) }));
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_EQ(counts(set), "0 1 0 / 0 0 0");
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_EQ(counts(set), "0 0 1 / 0 0 0");
    release(set, sleepers);
}

TEST(the_count_of_an_array_moves_back_when_an_earlier_operation_blocks_again)
{
    SemSet set { Values { 1, 0 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0), down(1) }));
    EXPECT_EQ(counts(set), "0 1 / 0 0");
    REQUIRE_OK(set.operate({ down(0) }));
    EXPECT_EQ(counts(set), "1 0 / 0 0");
    release(set, sleepers);
}

TEST(the_count_of_an_array_moves_from_decrease_to_zero)
{
    SemSet set { Values { 0, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0), zero(1) }));
    EXPECT_EQ(counts(set), "1 0 / 0 0");
    REQUIRE_OK(set.set_value(0, 1));
    EXPECT_EQ(counts(set), "0 0 / 0 1");
    release(set, sleepers);
}

TEST(an_array_of_zeros_is_tried_again_when_one_of_them_becomes_zero)
{
    SemSet set { Values { 1, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { zero(0), zero(1) }));
    EXPECT_EQ(counts(set), "0 0 / 1 0");
    REQUIRE_OK(set.operate({ down(0) }));
    EXPECT_EQ(counts(set), "0 0 / 0 1");
    release(set, sleepers);
}

TEST(an_array_of_zeros_keeps_its_count_until_some_semaphore_becomes_zero)
{
    // Nothing has become zero since it was looked at, so Linux has not looked at it again.
    SemSet set { Values { 0, 1, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { zero(0), zero(1) }));
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_EQ(counts(set), "0 0 0 / 0 1 0");
    REQUIRE_OK(set.operate({ down(2) }));
    EXPECT_EQ(counts(set), "0 0 0 / 1 0 0");
    release(set, sleepers);
}

TEST(simple_sleepers_are_counted_the_same_beside_arrays)
{
    SemSet set { Values { 0, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0) }));
    sleepers.push_back(sleeper_in(set, { zero(1) }));
    sleepers.push_back(sleeper_in(set, { down(0), down(1) }));
    sleepers.push_back(sleeper_in(set, { down(0) }));
    sleepers.push_back(sleeper_in(set, { zero(1) }));
    sleepers.push_back(sleeper_in(set, { down(1, 2) }));
    EXPECT_EQ(counts(set), "3 1 / 0 2");
    release(set, sleepers);
}

TEST(simple_sleepers_are_counted_the_same_after_arrays_have_left)
{
    SemSet set { Values { 0, 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0) }));
    sleepers.push_back(sleeper_in(set, { zero(1) }));
    {
        Actor array = sleeper_in(set, { down(0), down(1) });
        sleepers.push_back(sleeper_in(set, { down(0) }));
        array.signal(SIGKILL);
        array.join_killed(SIGKILL);
    }
    EXPECT_EQ(counts(set), "2 0 / 0 1");
    release(set, sleepers);
}

TEST(one_semaphore_twice_in_an_array_counts_once)
{
    SemSet set { Values { 1 } };
    std::list<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0), down(0), zero(0) }));
    EXPECT_EQ(counts(set), "1 / 0");
    REQUIRE_OK(set.operate({ up(0, 2) }));
    EXPECT_EQ(counts(set), "0 / 1");
    release(set, sleepers);
}

TEST(many_sleepers_are_all_counted)
{
    SemSet set { Values { 0, 1 } };
    std::list<Actor> sleepers;
    for (int i = 0; i < 50; ++i) {
        sleepers.push_back(sleeper_in(set, { down(0) }));
        sleepers.push_back(sleeper_in(set, { zero(1) }));
    }
    EXPECT_EQ(counts(set), "50 0 / 0 50");
    release(set, sleepers);
}

} // namespace
