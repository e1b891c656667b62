// SPDX-License-Identifier: GPL-2.0
/*
 * Arrays of operations: performed in order, all of them or none.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <random>

namespace {

constexpr int kHighest = sysv::kHighestValue;

// A call by another process that must fail and must not be seen in any way.
void expect_nothing_done(const SemSet& set, const Operations& operations, int error)
{
    const auto values = set.values();
    const auto stat = set.stat();
    EXPECT_ERR(Actor([&] { return set.operate(operations); }).join(), error);
    EXPECT(set.values() == values);
    for (int i = 0; i < static_cast<int>(values.size()); ++i)
        EXPECT_EQ(set.last_pid(i), getpid());
    const auto now = set.stat();
    EXPECT_EQ(std::memcmp(&stat, &now, sizeof(stat)), 0);
}

TEST(all_operations_of_an_array_are_done)
{
    const SemSet set { Values { 5, 5, 5, 0 } };
    EXPECT_EQ(set.operate({ up(0), down(1, 2), up(2, 10), zero(3) }), Outcome::raw(0));
    EXPECT_EQ(set.text(), "6 3 15 0");
}

TEST(success_records_the_process_on_every_semaphore_of_the_array)
{
    const SemSet set { 5 };
    Actor other { [&] { return set.operate({ up(0), zero(2), up(4), down(4) }); } };
    const pid_t pid = other.pid();
    EXPECT_OK(other.join());
    for (const int number : { 0, 2, 4 })
        EXPECT_EQ(set.last_pid(number), pid);
    for (const int number : { 1, 3 })
        EXPECT_EQ(set.last_pid(number), 0);
}

TEST(a_last_operation_that_would_block_undoes_the_array)
{
    expect_nothing_done(SemSet { Values { 1, 1 } },
                        { up(0), down(0), up(0, 5), at_once(down(1, 2)) }, EAGAIN);
}

TEST(a_first_operation_that_would_block_keeps_the_rest_from_being_done)
{
    expect_nothing_done(SemSet { Values { 1, 1 } }, { at_once(zero(0)), up(1) }, EAGAIN);
}

TEST(a_last_operation_out_of_range_undoes_the_array)
{
    expect_nothing_done(SemSet { Values { 1, kHighest } }, { up(0), up(1) }, ERANGE);
}

TEST(an_operation_out_of_range_in_the_middle_undoes_the_array)
{
    expect_nothing_done(SemSet { Values { 1, kHighest, 3 } }, { up(0), up(1), up(2) }, ERANGE);
}

TEST(an_array_whose_end_would_be_in_range_fails_on_the_way)
{
    expect_nothing_done(SemSet { Values { kHighest } }, { up(0), down(0) }, ERANGE);
}

TEST(a_decrease_first_keeps_the_same_array_in_range)
{
    const SemSet set { Values { kHighest } };
    EXPECT_OK(set.operate({ down(0), up(0) }));
    EXPECT_EQ(set.value(), kHighest);
}

TEST(an_increase_first_makes_a_decrease_possible)
{
    const SemSet set;
    EXPECT_OK(set.attempt({ up(0, 3), down(0, 3) }));
    EXPECT_EQ(set.value(), 0);
}

TEST(a_decrease_first_would_block)
{
    const SemSet set;
    EXPECT_ERR(set.attempt({ down(0, 3), up(0, 3) }), EAGAIN);
    EXPECT_EQ(set.value(), 0);
}

TEST(wait_for_zero_then_increase_takes_a_lock)
{
    const SemSet set;
    EXPECT_OK(set.attempt({ zero(0), up(0) }));
    EXPECT_EQ(set.value(), 1);
    EXPECT_ERR(set.attempt({ zero(0), up(0) }), EAGAIN);
    EXPECT_EQ(set.value(), 1);
}

TEST(increase_then_wait_for_zero_always_would_block)
{
    const SemSet set;
    EXPECT_ERR(set.attempt({ up(0), zero(0) }), EAGAIN);
    EXPECT_EQ(set.value(), 0);
}

TEST(decrease_then_wait_for_zero_demands_an_exact_value)
{
    const SemSet set { Values { 3 } };
    EXPECT_ERR(set.attempt({ down(0, 2), zero(0) }), EAGAIN);
    EXPECT_OK(set.attempt({ down(0, 3), zero(0) }));
    EXPECT_EQ(set.value(), 0);
}

TEST(the_same_semaphore_may_be_changed_many_times)
{
    const SemSet set;
    EXPECT_OK(set.attempt({ up(0, 5), down(0, 2), up(0, 4), down(0, 7), zero(0), up(0, 9) }));
    EXPECT_EQ(set.value(), 9);
}

TEST(semaphores_sixty_four_apart_are_different_semaphores)
{
    const SemSet set { 193 };
    EXPECT_OK(set.attempt({ up(0), up(64, 2), up(128, 3), up(192, 4), down(64), zero(1) }));
    EXPECT_EQ(set.value(0), 1);
    EXPECT_EQ(set.value(64), 1);
    EXPECT_EQ(set.value(128), 3);
    EXPECT_EQ(set.value(192), 4);
    EXPECT_ERR(set.attempt({ up(0), down(64, 2) }), EAGAIN);
    EXPECT_EQ(set.value(0), 1);
}

TEST(nowait_counts_on_the_operation_that_would_block_only)
{
    // The second operation would block, without IPC_NOWAIT: the first one's flag has no effect.
    const SemSet set { Values { 1, 0 } };
    Actor sleeper { [&] { return set.operate({ at_once(down(0)), down(1) }); } };
    sleeper.wait_asleep_in(sysv::kSemopNumber);
    EXPECT_EQ(set.text(), "1 0");
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.text(), "0 0");
}

TEST(nowait_on_the_blocking_operation_is_enough)
{
    const SemSet set { Values { 1, 0 } };
    EXPECT_ERR(set.operate({ down(0), at_once(down(1)) }), EAGAIN);
    EXPECT_EQ(set.text(), "1 0");
}

TEST(a_blocking_operation_before_one_out_of_range_is_eagain)
{
    const SemSet set { Values { 0, kHighest } };
    EXPECT_ERR(set.attempt({ down(0), up(1) }), EAGAIN);
    EXPECT_ERR(set.attempt({ up(1), down(0) }), ERANGE);
}

TEST(five_hundred_different_semaphores_are_changed_at_once)
{
    const SemSet set { 500 };
    Operations all;
    for (int i = 0; i < 500; ++i)
        all.push_back(up(i, i + 1));
    EXPECT_OK(set.operate(all));
    for (auto& one : all)
        one.sem_op = static_cast<short>(-one.sem_op);
    EXPECT_OK(set.operate(all));
    EXPECT(set.values() == Values(500, 0));
}

TEST(five_hundred_operations_with_a_failing_last_do_nothing)
{
    const SemSet set { 500 };
    Operations all;
    for (int i = 0; i < 499; ++i)
        all.push_back(up(i));
    all.push_back(down(499));
    EXPECT_ERR(set.attempt(all), EAGAIN);
    EXPECT(set.values() == Values(500, 0));
    EXPECT_EQ(set.stat().otime, 0);
}

TEST(five_hundred_operations_on_two_semaphores_keep_their_order)
{
    const SemSet set { 2 };
    Operations all;
    for (int i = 0; i < 125; ++i)
        for (const auto& one : { up(0), up(1), down(0), zero(0) })
            all.push_back(one);
    EXPECT_OK(set.attempt(all));
    EXPECT_EQ(set.text(), "0 125");
}

TEST(sixty_four_and_sixty_five_operations_are_no_boundary)
{
    const SemSet set { 65 };
    for (const int count : { 63, 64, 65 }) {
        Operations all;
        for (int i = 0; i < count; ++i)
            all.push_back(up(i));
        EXPECT_OK(set.operate(all));
    }
    EXPECT_EQ(set.value(0), 3);
    EXPECT_EQ(set.value(63), 2);
    EXPECT_EQ(set.value(64), 1);
}

// The effect of an array, by the text of the manual page.
int expected_outcome(std::vector<int>& values, const Operations& operations)
{
    auto trial = values;
    for (const auto& one : operations) {
        int& value = trial[one.sem_num];
        if (one.sem_op == 0 ? value != 0 : value + one.sem_op < 0)
            return EAGAIN;
        value += one.sem_op;
        if (value > kHighest)
            return ERANGE;
    }
    values = trial;
    return 0;
}

TEST(random_arrays_agree_with_the_manual_page)
{
    constexpr int kCount = 70; // so that numbers sixty-four apart occur
    const SemSet set { kCount };
    std::vector<int> values(kCount, 0);
    std::mt19937 random { 20240607 };
    int failures = 0;
    for (int round = 0; round < 3000; ++round) {
        const int span = round % 3 == 0 ? kCount : 4;
        Operations operations;
        for (auto count = 1 + random() % 6; count > 0; --count) {
            const auto number = static_cast<int>(random()) & 0x7fff;
            const int change = static_cast<int>(random() % 9) - 4;
            operations.push_back(operation(number % span, random() % 40 ? change : change * 8000));
        }
        const int error = expected_outcome(values, operations);
        failures += error != 0;
        REQUIRE_EQ(set.attempt(operations), error ? Outcome::failure(error) : Outcome::raw(0));
        if (round % 50 == 0)
            REQUIRE(set.values() == Values(values.begin(), values.end()));
    }
    EXPECT(set.values() == Values(values.begin(), values.end()));
    EXPECT(failures > 300 && failures < 2700);
}

} // namespace
