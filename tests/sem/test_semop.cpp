// SPDX-License-Identifier: GPL-2.0
/*
 * semop(2) on one semaphore: increase, decrease, wait for zero, and what a success changes.
 * Errors: test_semop_errors.cpp.  Several operations at once: test_semop_arrays.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <sched.h>
#include <thread>

namespace {

constexpr int kHighest = sysv::kHighestValue;

TEST(an_increase_adds)
{
    const SemSet set;
    EXPECT_EQ(set.operate({ up(0, 5) }), Outcome::raw(0));
    EXPECT_EQ(set.value(), 5);
    EXPECT_OK(set.operate({ up(0, 7) }));
    EXPECT_EQ(set.value(), 12);
}

TEST(a_decrease_subtracts)
{
    const SemSet set { Values { 10 } };
    EXPECT_EQ(set.operate({ down(0, 3) }), Outcome::raw(0));
    EXPECT_EQ(set.value(), 7);
}

TEST(a_decrease_may_reach_zero)
{
    const SemSet set { Values { 10 } };
    EXPECT_OK(set.attempt({ down(0, 10) }));
    EXPECT_EQ(set.value(), 0);
}

TEST(a_decrease_below_zero_is_eagain_without_waiting)
{
    const SemSet set { Values { 10 } };
    EXPECT_ERR(set.attempt({ down(0, 11) }), EAGAIN);
    EXPECT_EQ(set.value(), 10);
}

TEST(wait_for_zero_succeeds_at_zero_and_changes_nothing)
{
    const SemSet set;
    EXPECT_OK(set.operate({ zero() }));
    EXPECT_EQ(set.value(), 0);
}

TEST(wait_for_zero_on_another_value_is_eagain_without_waiting)
{
    const SemSet set { Values { 1 } };
    EXPECT_ERR(set.attempt({ zero() }), EAGAIN);
}

TEST(the_highest_value_is_32767)
{
    const SemSet set;
    EXPECT_OK(set.operate({ up(0, kHighest) }));
    EXPECT_EQ(set.value(), kHighest);
    EXPECT_OK(set.operate({ down(0, kHighest) }));
    EXPECT_EQ(set.value(), 0);
}

TEST(an_increase_above_the_highest_value_is_erange)
{
    const SemSet set { Values { kHighest } };
    EXPECT_ERR(set.operate({ up(0, 1) }), ERANGE);
    EXPECT_ERR(set.operate({ up(0, kHighest) }), ERANGE);
    EXPECT_EQ(set.value(), kHighest);
    REQUIRE_OK(set.set_value(0, 1));
    EXPECT_ERR(set.operate({ up(0, kHighest) }), ERANGE);
    EXPECT_EQ(set.value(), 1);
}

TEST(erange_does_not_depend_on_nowait)
{
    const SemSet set { Values { kHighest } };
    EXPECT_ERR(set.attempt({ up() }), ERANGE);
}

TEST(the_lowest_change_can_never_be_done)
{
    const SemSet set { Values { kHighest } };
    EXPECT_ERR(set.attempt({ operation(0, -32768) }), EAGAIN);
    EXPECT_ERR(set.attempt({ operation(0, -32768, SEM_UNDO) }), EAGAIN);
    EXPECT_EQ(set.value(), kHighest);
}

TEST(an_operation_touches_its_semaphore_only)
{
    const SemSet set { Values { 1, 2, 3 } };
    EXPECT_OK(set.operate({ up(1, 10) }));
    EXPECT_EQ(set.text(), "1 12 3");
}

TEST(every_semaphore_of_a_large_set_can_be_operated_on)
{
    constexpr int kCount = 1000;
    const SemSet set { kCount };
    for (int i = 0; i < kCount; ++i)
        REQUIRE_OK(set.operate({ up(i, i + 1) }));
    const auto values = set.values();
    for (int i = 0; i < kCount; ++i)
        EXPECT_EQ(values[static_cast<std::size_t>(i)], i + 1);
}

TEST(unknown_flags_are_ignored)
{
    const SemSet set;
    EXPECT_OK(set.operate({ up(0, 1, 0x4000 | 0x0200 | 0x0001) }));
    EXPECT_OK(set.operate({ down(0, 1, 0x2000) }));
    EXPECT_ERR(set.operate({ down(0, 1, IPC_NOWAIT | 0x2001) }), EAGAIN);
}

TEST(success_records_the_process)
{
    const SemSet set { 2 };
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_EQ(set.last_pid(0), 0);
    EXPECT_EQ(set.last_pid(1), getpid());
    Actor other { [&] { return set.operate({ down(1) }); } };
    const pid_t pid = other.pid();
    REQUIRE_OK(other.join());
    EXPECT_EQ(set.last_pid(1), pid);
}

TEST(wait_for_zero_records_the_process_too)
{
    const SemSet set;
    REQUIRE_OK(set.operate({ zero() }));
    EXPECT_EQ(set.last_pid(), getpid());
}

TEST(a_thread_is_recorded_by_the_id_of_its_process)
{
    const SemSet set;
    std::thread { [&] { REQUIRE_OK(set.operate({ up() })); } }.join();
    EXPECT_EQ(set.last_pid(), getpid());
}

TEST(a_thread_that_had_to_wait_is_recorded_by_the_id_of_its_process)
{
    const SemSet set;
    std::atomic<pid_t> thread_id { 0 };
    std::thread waiter { [&] {
        thread_id = gettid();
        EXPECT_OK(set.operate({ down() }));
    } };
    wait_until([&] { return thread_id != 0 && sleeping_call_of(thread_id) == sysv::kSemopNumber; });
    Actor other { [&] { return set.operate({ up() }); } };
    EXPECT_OK(other.join());
    waiter.join();
    EXPECT_EQ(set.last_pid(), getpid());
}

TEST(a_failure_records_nothing)
{
    const SemSet set { Values { kHighest } };
    const auto before = set.stat();
    Actor other { [&] {
        EXPECT_ERR(set.attempt({ zero() }), EAGAIN);
        EXPECT_ERR(set.attempt({ up() }), ERANGE);
        return Outcome::raw(0);
    } };
    EXPECT_OK(other.join());
    EXPECT_EQ(set.last_pid(), getpid()); // the process that set the values
    const auto after = set.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(success_records_the_time)
{
    const SemSet set;
    for (const auto& one : { up(), down(), zero() }) {
        const auto before = kernel_seconds();
        REQUIRE_OK(set.operate({ one }));
        const auto time = set.stat().otime;
        EXPECT(time >= before && time <= kernel_seconds());
        wait_for_second_after(time);
    }
}

TEST(wait_for_zero_alone_sets_the_time_of_a_new_set)
{
    const SemSet set;
    REQUIRE_OK(set.operate({ zero() }));
    EXPECT(set.stat().otime != 0);
}

TEST(the_time_is_that_of_the_last_operation_on_any_semaphore)
{
    const SemSet set { 3 };
    REQUIRE_OK(set.operate({ up(2) }));
    const auto first = set.stat().otime;
    wait_for_second_after(first);
    REQUIRE_OK(set.operate({ up(0) }));
    const auto second = set.stat().otime;
    EXPECT(second > first);
    wait_for_second_after(second);
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT(set.stat().otime > second);
}

TEST(operations_do_not_touch_the_time_of_change)
{
    const SemSet set;
    const auto created = set.stat().ctime;
    wait_for_second_after(created);
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_EQ(set.stat().ctime, created);
}

TEST(the_last_process_is_seen_as_in_the_pid_namespace_of_the_caller)
{
    const SemSet set;
    REQUIRE_OK(set.operate({ up() }));
    Shared<std::atomic<pid_t>> outside;
    Actor parent_of_init { [&] {
        if (unshare(CLONE_NEWPID) != 0)
            return Outcome::failure(ENOSYS);
        Actor init { [&] {
            EXPECT_EQ(set.last_pid(), 0);
            REQUIRE_OK(set.operate({ up() }));
            EXPECT_EQ(set.last_pid(), 1);
            return Outcome::raw(0);
        } };
        *outside = init.pid();
        return init.join();
    } };
    if (parent_of_init.join().failed_with(ENOSYS))
        harness::skip("pid namespaces cannot be created");
    EXPECT_EQ(set.last_pid(), outside->load());
}

TEST(the_pid_of_a_dead_process_is_still_shown)
{
    const SemSet set;
    Actor other { [&] { return set.operate({ up() }); } };
    const pid_t pid = other.pid();
    EXPECT_OK(other.join());
    EXPECT_EQ(set.last_pid(), pid);
}

} // namespace
