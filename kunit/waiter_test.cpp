// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_waiter: a waiter sleeps until it is handed its outcome, or a signal is pending.
 *
 * Sleepers are in a list under a lock, as they are at a queue.
 */
#include "tally.hpp"
#include "test.hpp"
#include "threads.hpp"

#include <base/list.hpp>
#include <base/optional.hpp>
#include <os/task.hpp>
#include <os/waiter.hpp>
#include <sync/guarded.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct LineLock {
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

    /* Hands @gift to the first waiter; false: there is none. */
    bool give(u64 gift, WakeList& wakes) noexcept
    {
        auto view = line.lock();
        Sleeper* sleeper = view->sleepers.pop_front();
        if (!sleeper)
            return false;
        --view->length;
        sleeper->gift = gift;
        wakes.finish(*sleeper);
        return true;
    }

    Guarded<Line, LineLock> line;
};

} // namespace

TEST_CASE(WaiterTest, a_waiter_that_has_its_outcome_does_not_sleep)
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
    EXPECT_EQ(sleeper.gift, 5);
}

TEST_CASE(WaiterTest, destroying_a_wake_list_wakes_its_waiters)
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
        /* A task that does not sleep yet need not be woken, and may continue before that. */
        WakeList wakes;
        EXPECT(give(9, wakes));
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

TEST_CASE(WaiterTest, one_list_wakes_every_waiter_with_its_own_outcome)
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
    EXPECT_EQ(sum.unreachable(), 1 + 4 + 9 + 16);
}

TEST_CASE(WaiterTest, a_signal_ends_the_wait_and_leaves_the_waiter_queued)
{
    Atomic<bool> was_signalled { false };
    Atomic<bool> was_in_line { false };
    Thread other { 1, [&] {
                      const SignalsAllowed signals;
                      Sleeper sleeper;
                      enter(sleeper);
                      was_signalled.store_release(sleeper.wait() == Waiter::Outcome::Signal);
                      was_in_line.store_release(leave(sleeper));
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

/* A waker may be preempted between the two for as long as others keep it from the CPU. */
TEST_CASE(WaiterTest, a_signal_or_time_out_does_not_wait_for_the_wake_list)
{
    Atomic<u64> received { 0 };
    Tally done;
    const auto sleep = [&](Deadline deadline) {
        const SignalsAllowed signals;
        Sleeper sleeper;
        enter(sleeper);
        const bool is_done = sleeper.wait(deadline) == Waiter::Outcome::Done;
        if (is_done)
            done.add_one();
        if (is_done || !leave(sleeper))
            received.store_release(sleeper.gift);
    };
    Thread interrupted { 1, [&] { sleep(Deadline::never()); } };
    if (!EXPECT(interrupted.is_started()))
        return;
    EXPECT(wait_until([&] { return length() == 1; }));
    {
        WakeList wakes;
        EXPECT(give(4, wakes));
        interrupted.signal();
        EXPECT(wait_until([&] { return received.load_acquire() == 4; }));
    }
    Thread late { 1, [&] { sleep(Deadline::after(0, 100'000'000)); } };
    if (!EXPECT(late.is_started()))
        return;
    EXPECT(wait_until([&] { return length() == 1; }));
    {
        WakeList wakes;
        EXPECT(give(7, wakes));
        EXPECT(wait_until([&] { return received.load_acquire() == 7; }));
    }
    interrupted.join();
    late.join();
    EXPECT_EQ(done.count(), 2);
}

TEST_CASE(WaiterTest, a_list_wakes_more_tasks_than_it_has_places_for)
{
    constexpr u32 kSleepers = 40;
    Tally woken;
    auto sleep = [&] {
        Sleeper sleeper;
        enter(sleeper);
        if (sleeper.wait() == Waiter::Outcome::Done)
            woken.add_one();
    };
    Optional<Thread<decltype(sleep)>> sleepers[kSleepers];
    u32 started = 0;
    for (auto& sleeper : sleepers) {
        sleeper.emplace([&] { return Thread { started % 2, sleep }; });
        started += sleeper->is_started() ? 1 : 0;
    }
    EXPECT_EQ(started, kSleepers);
    EXPECT(wait_until([&] { return length() == started; }));
    {
        WakeList wakes;
        while (give(1, wakes)) { }
    }
    for (auto& sleeper : sleepers)
        sleeper->join();
    EXPECT_EQ(woken.count(), started);
}

TEST_CASE(WaiterTest, no_wake_up_is_lost_in_many_hand_overs)
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
    EXPECT_EQ(sum.unreachable(), given);
}

} // namespace sysvipc
