// SPDX-License-Identifier: GPL-2.0
/*
 * SEM_UNDO: a process's changes are undone when it exits.  The arithmetic, and other events that affect
 * the adjustments.  Ways to exit: test_sem_undo_exit.cpp.  Sharing: test_sem_undo_sharing.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <list>

namespace {

constexpr int kHighest = sysv::kHighestValue;

TEST(an_increase_is_undone)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(up(0, 3)) }));
        EXPECT_EQ(set.value(), 8);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(a_decrease_is_undone)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, 3)) }));
        EXPECT_EQ(set.value(), 2);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(changes_without_undo_stay)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] { REQUIRE_OK(set.operate({ up(0, 3) })); });
    EXPECT_EQ(set.value(), 8);
}

TEST(adjustments_add_up_over_calls)
{
    const SemSet set { Values { 10 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(up(0, 3)) }));
        REQUIRE_OK(set.operate({ undone(down(0, 5)) }));
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(set.operate({ up(0, 100) }));
    });
    EXPECT_EQ(set.value(), 110);
}

TEST(an_adjustment_that_was_0_in_between_is_undone)
{
    const SemSet set { Values { 3, 5 } };
    in_a_process([&] {
        for (const sembuf& change : { up(), down(), up() })
            REQUIRE_OK(set.operate({ undone(change) }));
    });
    EXPECT_EQ(set.text(), "3 5");
}

TEST(an_array_may_mix_operations_with_and_without_undo)
{
    const SemSet set { Values { 1, 1, 1 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0)), down(1), undone(up(2)), undone(zero(0)) }));
        EXPECT_EQ(set.text(), "0 0 2");
    });
    EXPECT_EQ(set.text(), "1 0 1");
}

TEST(one_semaphore_may_be_named_with_and_without_undo_in_one_array)
{
    const SemSet set;
    in_a_process([&] {
        REQUIRE_OK(set.operate({ up(0, 10), undone(down(0, 4)), undone(up()), down(0, 2) }));
        EXPECT_EQ(set.value(), 5);
    });
    EXPECT_EQ(set.value(), 8);
}

TEST(each_process_has_its_own_adjustments)
{
    const SemSet set { Values { 10 } };
    const SemSet gate { 2 };
    std::list<Actor> actors;
    for (const int amount : { 1, 2, 4 }) {
        actors.emplace_back([&, amount] {
            REQUIRE_OK(set.operate({ undone(down(0, amount)) }));
            return gate.operate({ down(0) });
        });
        actors.back().wait_asleep_in(sysv::kSemopNumber);
    }
    EXPECT_EQ(set.value(), 3);
    int expected = 3;
    for (const int amount : { 1, 2, 4 }) {
        REQUIRE_OK(gate.operate({ up(0) }));
        EXPECT_OK(actors.front().join());
        actors.pop_front();
        EXPECT_EQ(set.value(), expected += amount);
    }
}

TEST(every_set_is_adjusted)
{
    const std::vector<SemSet> sets(20);
    in_a_process([&] {
        for (int i = 0; i < 20; ++i)
            REQUIRE_OK(
                sets[static_cast<std::size_t>(i)].operate({ up(0, 100), undone(up(0, i + 1)) }));
    });
    for (const auto& set : sets)
        EXPECT_EQ(set.value(), 100);
}

TEST(every_semaphore_of_a_large_set_is_adjusted)
{
    constexpr int kCount = 500;
    const SemSet set { Values(kCount, 7) };
    in_a_process([&] {
        Operations all;
        for (int i = 0; i < kCount; ++i)
            all.push_back(undone(i % 2 ? up(i, 1 + i % 5) : down(i, 1 + i % 5)));
        REQUIRE_OK(set.operate(all));
    });
    EXPECT(set.values() == Values(kCount, 7));
}

TEST(far_semaphores_of_the_largest_set_are_adjusted)
{
    const int nsems = sem_info(IPC_INFO).semmsl;
    const SemSet set { nsems };
    in_a_process([&] { REQUIRE_OK(set.operate({ undone(up(0)), undone(up(nsems - 1)) })); });
    EXPECT_EQ(set.value(0), 0);
    EXPECT_EQ(set.value(nsems - 1), 0);
}

TEST(a_value_adjusted_below_zero_becomes_zero)
{
    const SemSet set;
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(up(0, 10)) }));
        REQUIRE_OK(set.operate({ down(0, 7) }));
    });
    EXPECT_EQ(set.value(), 0);
}

TEST(a_value_adjusted_above_the_highest_becomes_the_highest)
{
    const SemSet set { Values { 10 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, 10)) }));
        REQUIRE_OK(set.operate({ up(0, kHighest - 3) }));
    });
    EXPECT_EQ(set.value(), kHighest);
}

TEST(an_adjustment_may_be_as_high_as_32767)
{
    const SemSet set { Values { kHighest } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, kHighest)) }));
        REQUIRE_OK(set.operate({ up() }));
        EXPECT_ERR(set.operate({ undone(down()) }), ERANGE);
        EXPECT_EQ(set.value(), 1);
        REQUIRE_OK(set.operate({ down() }));
    });
    EXPECT_EQ(set.value(), kHighest);
}

TEST(an_adjustment_may_be_as_low_as_minus_32768)
{
    const SemSet set;
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(up(0, kHighest)) }));
        REQUIRE_OK(set.operate({ down(0, kHighest) }));
        REQUIRE_OK(set.operate({ undone(up()) }));
        REQUIRE_OK(set.operate({ down() }));
        EXPECT_ERR(set.operate({ undone(up()) }), ERANGE);
        EXPECT_EQ(set.value(), 0);
        REQUIRE_OK(set.operate({ up(0, 5) }));
    });
    EXPECT_EQ(set.value(), 0);
}

TEST(an_adjustment_out_of_range_undoes_the_array)
{
    const SemSet set { Values { kHighest, 0 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, kHighest)) }));
        REQUIRE_OK(set.operate({ up(0, 9) }));
        EXPECT_ERR(set.operate({ undone(up(1, 5)), undone(down(0)) }), ERANGE);
        EXPECT_ERR(set.operate({ undone(up(1, 5)), undone(up(1)), undone(down(0)) }), ERANGE);
        EXPECT_EQ(set.text(), "9 0");
        REQUIRE_OK(set.operate({ down(0, 9) }));
        REQUIRE_OK(set.operate({ up(1, 3) }));
    });
    EXPECT_EQ(set.text(), "32767 3");
}

TEST(within_an_array_the_adjustment_must_stay_in_range_at_every_step)
{
    const SemSet set { Values { kHighest } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, kHighest)) }));
        REQUIRE_OK(set.operate({ up(0, 9) }));
        EXPECT_ERR(set.operate({ undone(down()), undone(up()) }), ERANGE);
        EXPECT_OK(set.operate({ undone(up()), undone(down()) }));
        REQUIRE_OK(set.operate({ down(0, 9) }));
    });
    EXPECT_EQ(set.value(), kHighest);
}

TEST(a_blocking_operation_comes_before_an_adjustment_out_of_range)
{
    const SemSet set { Values { kHighest } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, kHighest)) }));
        EXPECT_ERR(set.attempt({ undone(down()) }), EAGAIN);
    });
}

TEST(failed_operations_are_not_undone)
{
    const SemSet set { Values { 5, kHighest } };
    in_a_process([&] {
        EXPECT_ERR(set.attempt({ undone(down(0, 6)) }), EAGAIN);
        EXPECT_ERR(set.attempt({ undone(up(0)), undone(zero(0)) }), EAGAIN);
        EXPECT_ERR(set.attempt({ undone(up(0)), undone(up(1)) }), ERANGE);
        EXPECT_ERR(set.attempt({ undone(up(0)), undone(up(2)) }), EFBIG);
        EXPECT_ERR(set.operate_within({ undone(up(0)), undone(zero(1)) }, milliseconds(2)), EAGAIN);
    });
    EXPECT_EQ(set.text(), "5 32767");
}

TEST(the_adjustment_of_a_sleeper_counts_once_it_is_served)
{
    const SemSet set { 2 };
    auto sleeper = sleeper_in(set, { undone(down(0)), undone(up(1)) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.text(), "1 0");
}

TEST(setval_clears_the_adjustments_of_its_semaphore_in_all_processes)
{
    const SemSet set { Values { 10, 10 } };
    const SemSet gate { Values { 1 } };
    std::list<Actor> actors;
    for (int i = 0; i < 3; ++i) {
        actors.emplace_back([&] {
            REQUIRE_OK(set.operate({ undone(down(0)), undone(down(1)) }));
            return gate.operate({ zero() });
        });
        actors.back().wait_asleep_in(sysv::kSemopNumber);
    }
    REQUIRE_OK(set.set_value(0, 4));
    REQUIRE_OK(gate.operate({ down() }));
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_EQ(set.text(), "4 10");
}

TEST(setall_clears_the_adjustments_of_all_semaphores_in_all_processes)
{
    const SemSet set { Values { 10, 10 } };
    const SemSet gate { Values { 1 } };
    std::list<Actor> actors;
    for (int i = 0; i < 3; ++i) {
        actors.emplace_back([&] {
            REQUIRE_OK(set.operate({ undone(down(0)), undone(up(1)) }));
            return gate.operate({ zero() });
        });
        actors.back().wait_asleep_in(sysv::kSemopNumber);
    }
    REQUIRE_OK(set.set_values({ 4, 5 }));
    REQUIRE_OK(gate.operate({ down() }));
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_EQ(set.text(), "4 5");
}

TEST(setval_that_fails_clears_nothing)
{
    const SemSet set { Values { 10 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        EXPECT_ERR(set.set_value(0, -1), ERANGE);
        EXPECT_ERR(set.set_values({ 65535 }), ERANGE);
    });
    EXPECT_EQ(set.value(), 10);
}

TEST(adjustments_start_from_zero_after_setval)
{
    const SemSet set { Values { 10 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, 5)) }));
        REQUIRE_OK(set.set_value(0, 20));
        REQUIRE_OK(set.operate({ undone(down(0, 2)) }));
    });
    EXPECT_EQ(set.value(), 20);
}

TEST(set_does_not_touch_adjustments)
{
    const SemSet set { Values { 10 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(set.set_mode(0));
    });
    EXPECT_EQ(set.value(), 10);
}

TEST(adjustments_are_made_without_asking_for_permission)
{
    const SemSet set { 1, 0606 };
    const SemSet gate { 1, 0606 };
    Actor stranger { kAlice, [&] {
                        REQUIRE_OK(set.operate({ undone(up()) }));
                        return gate.operate({ down() });
                    } };
    stranger.wait_asleep_in(sysv::kSemopNumber);
    REQUIRE_OK(set.set_mode(0600));
    REQUIRE_OK(gate.operate({ up() }));
    EXPECT_OK(stranger.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(removal_drops_the_adjustments)
{
    const key_t key = unused_set_key();
    SemSet set { 1, 0600, key };
    const SemSet gate;
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(up(0, 5)) }));
        return gate.operate({ down() });
    } };
    holder.wait_asleep_in(sysv::kSemopNumber);
    REQUIRE_OK(set.remove());
    const SemSet successor { 1, 0600, key };
    REQUIRE_OK(successor.operate({ up(0, 7) }));
    REQUIRE_OK(gate.operate({ up() }));
    EXPECT_OK(holder.join());
    EXPECT_EQ(successor.value(), 7);
}

TEST(a_set_that_takes_the_place_of_a_removed_one_is_not_adjusted)
{
    const Shared<int> id;
    in_a_process([&] {
        SemSet first;
        const int index = sysv::index_of(first.id());
        REQUIRE_OK(first.operate({ undone(up(0, 5)) }));
        REQUIRE_OK(first.remove());
        for (;;) {
            *id = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600)));
            if (sysv::index_of(*id) == index)
                break;
            REQUIRE_OK(sysv::semctl(*id, 0, IPC_RMID));
        }
        REQUIRE_OK(operate(*id, { up(0, 7) }));
    });
    const auto set = SemSet::adopt(*id);
    EXPECT_EQ(set.value(), 7);
}

TEST(a_removed_set_does_not_keep_others_from_being_adjusted)
{
    const SemSet first;
    SemSet removed;
    const SemSet last;
    in_a_process([&] {
        for (const SemSet* set : { &first, static_cast<const SemSet*>(&removed), &last })
            REQUIRE_OK(set->operate({ undone(up()) }));
        REQUIRE_OK(removed.remove());
    });
    EXPECT_EQ(first.value(), 0);
    EXPECT_EQ(last.value(), 0);
    EXPECT_ERR(removed.remove(), EINVAL);
}

TEST(sets_created_and_removed_with_undo_leave_nothing)
{
    const auto before = sem_info(SEM_INFO);
    in_a_process([] {
        for (int i = 0; i < 300; ++i) {
            const SemSet set { 10 };
            REQUIRE_OK(set.operate({ undone(up(i % 10)) }));
        }
    });
    const auto after = sem_info(SEM_INFO);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

} // namespace
