// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_sem_lock: which locks of a semaphore set can be held at the same time, on two CPUs.
 *
 * One thread holds a lock while another, on another CPU, takes one.  If the second is allowed in,
 * it must get in while the first holds its lock; if not, it has ample opportunity to do so
 * wrongly.  A change between the two checks of a single operation needs finer timing:
 * tests/moments/moments.cpp.
 */
#include "test.hpp"
#include "threads.hpp"

#include <mem/limited_sum.hpp>
#include <sem/sem_lock.hpp>
#include <sem/sem_set.hpp>
#include <sem/sem_wakeup.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr u32 kSemaphores = 8;
constexpr u32 kOnlyAHangIsLonger = 100'000'000; /* turns of spin_until() */

/* Operations that block on a set of zeros: one less in each of two semaphores. */
struct TwoDecreases : Pinned {
    TwoDecreases(u16 first, u16 second) noexcept : list { { first, -1, 0 }, { second, -1, 0 } } { }

    abi::SemOp list[2];
    SemOperations operations { list, 2 };
};

struct SemLockTest : Fixture {
    explicit SemLockTest(kapi_kunit* test) noexcept : Fixture(test)
    {
        Result<Ref<SemSet>> created =
            SemSet::create(kPrivateKey, Mode::from_flags(0600), kSemaphores, usage, kSemaphores);
        if (created.ok())
            set_.emplace([&] { return created.take(); });
    }
    ~SemLockTest()
    {
        if (!is_ready())
            return;
        set().uncharge(usage);
        set().retire();
    }
    [[nodiscard]] bool is_ready() const noexcept { return set_.has_value(); }
    [[nodiscard]] SemSet& set() noexcept { return **set_; }

    /* Queues a waiter for two operations while @meanwhile runs. */
    template <class Meanwhile>
    void wait_for_two(u16 first, u16 second, Meanwhile&& meanwhile) noexcept
    {
        TwoDecreases two { first, second };
        SemWaiter waiter { two.operations };
        bool blocks = false;
        {
            SemLock lock { set(), two.operations };
            Result<SemOperations::Attempt> attempt = two.operations.attempt(set(), lock);
            blocks = attempt.ok() && attempt.take() == SemOperations::Attempt::Blocked;
            if (blocks)
                add_sem_waiter(set(), lock, waiter);
            meanwhile(blocks);
        }
        if (!blocks)
            return;
        SemLock lock { set(), two.operations };
        remove_sem_waiter(set(), lock, waiter);
    }

    [[nodiscard]] bool single_has_set(u32 number) noexcept
    {
        const SemLock lock { set(), number };
        return lock.has_set();
    }

    LimitedSum usage;

private:
    Optional<Ref<SemSet>> set_;
};

enum class Expected : u8 { InsideBesideIt, InsideAfterIt };

/*
 * @hold calls its argument while it holds a lock, @enter, on another CPU, once it has one.  Whether it
 * has one while the first is still held: @expected makes no more of it than how long to wait for that.
 */
template <class Hold, class Enter>
[[nodiscard]] bool is_inside_beside(Hold hold, Enter enter, Expected expected) noexcept
{
    constexpr u32 kOpportunity = 20'000;
    Atomic<bool> is_ready { false };
    Atomic<bool> is_held { false };
    Atomic<bool> is_coming { false };
    Atomic<bool> is_inside { false };
    Atomic<bool> was_beside { false };
    {
        Thread other { 1, [&] {
                          is_ready.store_release(true);
                          if (!spin_until([&] { return is_held.load_acquire(); },
                                          kOnlyAHangIsLonger))
                              return;
                          is_coming.store_release(true);
                          enter([&] { is_inside.store_release(true); });
                      } };
        Thread holder { 0, [&] {
                           static_cast<void>(wait_until([&] { return is_ready.load_acquire(); }));
                           hold([&] {
                               is_held.store_release(true);
                               static_cast<void>(spin_until(
                                   [&] { return is_coming.load_acquire(); }, kOnlyAHangIsLonger));
                               was_beside.store_release(spin_until(
                                   [&] { return is_inside.load_acquire(); },
                                   expected == Expected::InsideBesideIt ? kOnlyAHangIsLonger
                                                                        : kOpportunity));
                           });
                       } };
    }
    return was_beside.load_acquire();
}

} // namespace

TEST_CASE(SemLockTest, single_operations_meet_at_one_semaphore_only)
{
    const auto hold = [&](auto&& meanwhile) {
        const SemLock lock { set(), 3 };
        meanwhile();
    };
    const auto enter_same = [&](auto&& tell) {
        const SemLock lock { set(), 3 };
        tell();
    };
    const auto enter_other = [&](auto&& tell) {
        const SemLock lock { set(), 4 };
        tell();
    };
    EXPECT(!is_inside_beside(hold, enter_same, Expected::InsideAfterIt));
    EXPECT(is_inside_beside(hold, enter_other, Expected::InsideBesideIt));
}

TEST_CASE(SemLockTest, a_lock_of_all_semaphores_waits_for_a_single_operation)
{
    for (const u32 number : { 0u, 3u, kSemaphores - 1 }) {
        const auto hold = [&](auto&& meanwhile) {
            const SemLock lock { set(), number };
            meanwhile();
        };
        const auto enter = [&](auto&& tell) {
            const SemLock lock { set(), SemRange::all(set()) };
            tell();
        };
        EXPECT(!is_inside_beside(hold, enter, Expected::InsideAfterIt));
    }
}

TEST_CASE(SemLockTest, several_operations_wait_for_a_single_one_at_their_semaphores_only)
{
    for (const u16 number : { u16 { 2 }, u16 { 3 }, u16 { 4 } }) {
        const auto hold = [&](auto&& meanwhile) {
            const SemLock lock { set(), u32 { number } };
            meanwhile();
        };
        const auto enter = [&](auto&& tell) {
            const TwoDecreases two { 2, 4 };
            const SemLock lock { set(), two.operations };
            tell();
        };
        if (number == 3)
            EXPECT(is_inside_beside(hold, enter, Expected::InsideBesideIt));
        else
            EXPECT(!is_inside_beside(hold, enter, Expected::InsideAfterIt));
    }
}

TEST_CASE(SemLockTest, one_semaphore_of_a_set_with_its_lock_waits_for_a_single_operation)
{
    const auto hold = [&](auto&& meanwhile) {
        const SemLock lock { set(), 5 };
        meanwhile();
    };
    const auto enter = [&](auto&& tell) {
        const SemLock lock { set(), SemRange::one(5) };
        tell();
    };
    EXPECT(!is_inside_beside(hold, enter, Expected::InsideAfterIt));
}

TEST_CASE(SemLockTest, the_first_of_several_operations_to_wait_waits_for_every_single_one)
{
    for (const u32 number : { 0u, 5u, kSemaphores - 1 }) {
        Atomic<bool> has_waited { false };
        const auto hold = [&](auto&& meanwhile) {
            const SemLock lock { set(), number };
            meanwhile();
        };
        const auto enter = [&](auto&& tell) {
            wait_for_two(1, 2, [&](bool blocks) {
                has_waited.store_release(blocks);
                tell();
            });
        };
        EXPECT(!is_inside_beside(hold, enter, Expected::InsideAfterIt));
        EXPECT(has_waited.load_acquire());
    }
}

TEST_CASE(SemLockTest, a_set_stays_closed_while_several_operations_wait)
{
    EXPECT(!single_has_set(5));
    TwoDecreases first { 1, 2 };
    TwoDecreases second { 3, 4 };
    SemWaiter first_waiter { first.operations };
    SemWaiter second_waiter { second.operations };
    const auto enter_line = [&](TwoDecreases& two, SemWaiter& waiter) {
        SemLock lock { set(), two.operations };
        EXPECT(two.operations.attempt(set(), lock).ok());
        add_sem_waiter(set(), lock, waiter);
    };
    const auto leave_line = [&](TwoDecreases& two, SemWaiter& waiter) {
        SemLock lock { set(), two.operations };
        remove_sem_waiter(set(), lock, waiter);
    };
    enter_line(first, first_waiter);
    EXPECT(single_has_set(5));
    enter_line(second, second_waiter);
    EXPECT(single_has_set(5));
    leave_line(first, first_waiter);
    EXPECT(single_has_set(5));
    leave_line(second, second_waiter);
    EXPECT(!single_has_set(5));
}

/* The two ways in which a waiter is answered by another task. */
TEST_CASE(SemLockTest, a_set_is_open_again_once_its_last_waiter_for_several_operations_is_answered)
{
    for (const bool is_served : { true, false }) {
        TwoDecreases two { 1, 2 };
        SemWaiter waiter { two.operations };
        {
            SemLock lock { set(), two.operations };
            EXPECT(two.operations.attempt(set(), lock).ok());
            add_sem_waiter(set(), lock, waiter);
        }
        EXPECT(single_has_set(5));
        {
            WakeList wakes;
            SemLock lock { set(), SemRange::all(set()) };
            if (is_served) {
                set().at(1, lock).value = 1;
                set().at(2, lock).value = 1;
                serve_changed(set(), lock, SemRange::all(set()), Counts::AsChange, wakes);
            } else {
                release_all_waiters(set(), lock, wakes);
            }
        }
        EXPECT_EQ(waiter.error, is_served ? Errno {} : Errno::EIDRM);
        EXPECT(!single_has_set(5));
    }
}

TEST_CASE(SemLockTest, a_removal_releases_waiters_for_several_zeros)
{
    abi::SemOp list[] { { 1, 0, 0 }, { 2, 0, 0 } };
    SemOperations operations { list, 2 };
    SemWaiter waiter { operations };
    SemLock lock { set(), SemRange::all(set()) };
    set().at(2, lock).value = 1;
    EXPECT(operations.attempt(set(), lock).ok());
    add_sem_waiter(set(), lock, waiter);
    {
        WakeList wakes;
        release_all_waiters(set(), lock, wakes);
    }
    EXPECT_EQ(waiter.error, Errno::EIDRM);
    set().at(2, lock).value = 0;
}

TEST_CASE(SemLockTest, a_set_is_open_again_after_several_operations_and_after_all)
{
    {
        const TwoDecreases two { 1, 2 };
        const SemLock lock { set(), two.operations };
        EXPECT(lock.has_set());
    }
    EXPECT(!single_has_set(1));
    {
        const SemLock lock { set(), SemRange::all(set()) };
        EXPECT(lock.has_set());
    }
    EXPECT(!single_has_set(1));
}

TEST_CASE(SemLockTest, a_single_operation_that_met_a_closed_set_takes_its_semaphore_alone)
{
    Atomic<bool> had_set { true };
    const auto hold = [&](auto&& meanwhile) {
        const TwoDecreases two { 1, 2 };
        const SemLock lock { set(), two.operations };
        meanwhile();
    };
    const auto enter = [&](auto&& tell) {
        const SemLock lock { set(), 5 };
        tell();
        had_set.store_release(lock.has_set());
    };
    EXPECT(!is_inside_beside(hold, enter, Expected::InsideAfterIt));
    EXPECT(!had_set.load_acquire());
    EXPECT(!single_has_set(5));
}

TEST_CASE(SemLockTest, a_single_operation_that_met_a_closed_set_keeps_others_from_its_semaphore)
{
    constexpr u32 kTimeToMeet = 20'000;
    const auto hold = [&](auto&& meanwhile) {
        Atomic<bool> is_closed { false };
        Atomic<bool> is_met { false };
        Thread closer { 1, [&] {
                           const SemLock lock { set(), SemRange::all(set()) };
                           is_closed.store_release(true);
                           static_cast<void>(spin_until([&] { return is_met.load_acquire(); },
                                                        kOnlyAHangIsLonger));
                           static_cast<void>(spin_until([] { return false; }, kTimeToMeet));
                       } };
        static_cast<void>(wait_until([&] { return is_closed.load_acquire(); }));
        is_met.store_release(true);
        const SemLock lock { set(), 5 };
        meanwhile();
    };
    const auto enter_same = [&](auto&& tell) {
        const SemLock lock { set(), 5 };
        tell();
    };
    const auto enter_all = [&](auto&& tell) {
        const SemLock lock { set(), SemRange::all(set()) };
        tell();
    };
    EXPECT(!is_inside_beside(hold, enter_same, Expected::InsideAfterIt));
    EXPECT(!is_inside_beside(hold, enter_all, Expected::InsideAfterIt));
}

} // namespace sysvipc
