// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_waiter: a waiter sleeps until it is handed its outcome, or a signal is pending.
 *
 * Sleepers stand in a line under a lock, as they do at a queue.
 */
#include "tally.hpp"
#include "test.hpp"
#include "threads.hpp"

#include <base/list.hpp>
#include <os/task.hpp>
#include <os/waiter.hpp>
#include <sync/guarded.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct LineLock {
    static constexpr int kOrder = 1;
    static constexpr const char* kName = "sysvipc.kunit.line";
    static constinit inline kapi_lock_key key {};
};

struct Sleeper : Waiter, ListNode<Sleeper> {
    u64 gift { 0 };
};

struct WaiterTest : Fixture {
    using Fixture::Fixture;

    struct Line {
        List<Sleeper> sleepers;
        u32 length { 0 };
    };

    void enter(Sleeper& sleeper) noexcept
    {
        auto view = line.lock();
        view->sleepers.push_back(sleeper);
        ++view->length;
    }
    /* Whether it still stood there. */
    bool leave(Sleeper& sleeper) noexcept
    {
        auto view = line.lock();
        if (!sleeper.is_linked())
            return false;
        view->sleepers.remove(sleeper);
        --view->length;
        return true;
    }
    [[nodiscard]] u32 length() noexcept { return line.lock()->length; }

    /* Hands @gift to the first in line; false: nobody is there. */
    bool give(u64 gift, WakeList& wakes) noexcept
    {
        auto view = line.lock();
        Sleeper* sleeper = view->sleepers.pop_front();
        if (!sleeper)
            return false;
        --view->length;
        sleeper->gift = gift;
        wakes.add(*sleeper);
        return true;
    }

    Guarded<Line, LineLock> line;
};

} // namespace

TEST_CASE(WaiterTest, one_who_has_the_outcome_already_does_not_sleep)
{
    Sleeper sleeper;
    enter(sleeper);
    {
        WakeList wakes;
        EXPECT(give(5, wakes));
        EXPECT(!sleeper.is_linked());
    }
    EXPECT_EQ(sleeper.wait(), Waiter::Outcome::Done);
    EXPECT_EQ(sleeper.wait(), Waiter::Outcome::Done);
    sleeper.wait_for_flush();
    EXPECT_EQ(sleeper.gift, 5);
}

TEST_CASE(WaiterTest, a_waiter_sleeps_until_the_wake_list_is_flushed)
{
    Atomic<u64> received { 0 };
    Thread other { 1, [&] {
                      Sleeper sleeper;
                      enter(sleeper);
                      if (sleeper.wait() == Waiter::Outcome::Done)
                          received.store_release(sleeper.gift);
                  } };
    EXPECT(other.is_started());
    EXPECT(wait_until([&] { return length() == 1; }));
    {
        WakeList wakes;
        EXPECT(give(9, wakes));
        CurrentTask::sleep_ms(20);
        EXPECT_EQ(received.load_acquire(), 0);
    }
    other.join();
    EXPECT_EQ(received.load_acquire(), 9);
}

TEST_CASE(WaiterTest, a_wake_up_without_an_outcome_changes_nothing)
{
    Atomic<kapi_task*> task { nullptr };
    Atomic<u64> received { 0 };
    Thread other { 1, [&] {
                      Sleeper sleeper;
                      task.store_release(kapi_task_current());
                      enter(sleeper);
                      if (sleeper.wait() == Waiter::Outcome::Done)
                          received.store_release(sleeper.gift);
                  } };
    EXPECT(other.is_started());
    EXPECT(wait_until([&] { return length() == 1; }));
    for (u32 i = 0; i < 50; ++i) {
        kapi_task_wake(task.load_acquire());
        CurrentTask::sleep_ms(1);
    }
    EXPECT_EQ(received.load_acquire(), 0);
    EXPECT_EQ(length(), 1);
    {
        WakeList wakes;
        EXPECT(give(3, wakes));
    }
    other.join();
    EXPECT_EQ(received.load_acquire(), 3);
}

TEST_CASE(WaiterTest, one_list_wakes_everybody_on_it_with_his_own_outcome)
{
    Tally woken;
    Guarded<u64, LineLock> sum { 0u };
    const auto sleep = [&] {
        Sleeper sleeper;
        enter(sleeper);
        if (sleeper.wait() != Waiter::Outcome::Done)
            return;
        auto view = sum.lock();
        *view = *view + sleeper.gift * sleeper.gift;
        woken.add_one();
    };
    {
        Thread first { 0, sleep };
        Thread second { 1, sleep };
        Thread third { 0, sleep };
        Thread fourth { 1, sleep };
        EXPECT(first.is_started() && second.is_started() && third.is_started()
               && fourth.is_started());
        EXPECT(wait_until([&] { return length() == 4; }));
        WakeList wakes;
        for (u64 gift = 1; gift <= 4; ++gift)
            EXPECT(give(gift, wakes));
        EXPECT(!give(5, wakes));
    }
    EXPECT_EQ(woken.count(), 4);
    EXPECT_EQ(sum.exclusive(), 1 + 4 + 9 + 16);
}

TEST_CASE(WaiterTest, a_signal_ends_the_wait_and_the_waiter_is_still_in_line)
{
    Atomic<bool> was_signalled { false };
    Atomic<bool> was_in_line { false };
    Thread other { 1, [&] {
                      const SignalsAllowed signals;
                      Sleeper sleeper;
                      enter(sleeper);
                      was_signalled.store_release(sleeper.wait() == Waiter::Outcome::Signal);
                      was_in_line.store_release(leave(sleeper));
                      if (!was_in_line.load_acquire())
                          sleeper.wait_for_flush();
                  } };
    if (!EXPECT(other.is_started()))
        return;
    EXPECT(wait_until([&] { return length() == 1; }));
    other.signal();
    other.join();
    EXPECT(was_signalled.load_acquire());
    EXPECT(was_in_line.load_acquire());
    EXPECT_EQ(length(), 0);
}

TEST_CASE(WaiterTest, one_who_is_signalled_while_on_a_wake_list_stays_until_it_is_flushed)
{
    Atomic<bool> was_signalled { false };
    Atomic<u64> received { 0 };
    Thread other { 1, [&] {
                      const SignalsAllowed signals;
                      Sleeper sleeper;
                      enter(sleeper);
                      if (sleeper.wait() == Waiter::Outcome::Signal && !leave(sleeper)) {
                          was_signalled.store_release(true);
                          sleeper.wait_for_flush();
                      }
                      received.store_release(sleeper.gift);
                  } };
    if (!EXPECT(other.is_started()))
        return;
    EXPECT(wait_until([&] { return length() == 1; }));
    {
        WakeList wakes;
        EXPECT(give(4, wakes));
        other.signal();
        EXPECT(wait_until([&] { return was_signalled.load_acquire(); }));
        CurrentTask::sleep_ms(20);
        EXPECT_EQ(received.load_acquire(), 0);
    }
    other.join();
    EXPECT_EQ(received.load_acquire(), 4);
}

TEST_CASE(WaiterTest, nobody_sleeps_on_over_many_hand_overs)
{
    /* Each sleeper stands on a stack frame that ends as soon as it is woken. */
    const u32 rounds = affordable(3'000);
    Guarded<u64, LineLock> sum { 0u };
    const auto receive = [&] {
        for (u32 round = 0; round < rounds; ++round) {
            Sleeper sleeper;
            enter(sleeper);
            if (sleeper.wait() != Waiter::Outcome::Done)
                return;
            auto view = sum.lock();
            *view = *view + sleeper.gift;
        }
    };
    u64 given = 0;
    bool is_stuck = false;
    {
        Thread first { 0, receive };
        Thread second { 1, receive };
        EXPECT(first.is_started() && second.is_started());
        for (u32 i = 0; i < 2 * rounds && !is_stuck; ++i) {
            is_stuck = !wait_until([&] {
                WakeList wakes;
                return give(i, wakes);
            });
            given += i;
        }
    }
    EXPECT(!is_stuck);
    EXPECT_EQ(sum.exclusive(), given);
}

} // namespace sysvipc
