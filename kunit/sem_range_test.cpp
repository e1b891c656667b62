// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_sem_range: which semaphores each kind of range visits, and in which order. */
#include "test.hpp"

#include <base/optional.hpp>
#include <mem/limited_sum.hpp>
#include <os/task_state.hpp>
#include <sem/sem_set.hpp>
#include <sem/sem_undo.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* The numbers that a loop over a range visits. */
struct Visits {
    explicit Visits(SemRange range) noexcept
    {
        for (const u32 number : range) {
            if (count == 0)
                first = number;
            else
                is_ascending &= number == last + 1;
            last = number;
            sum += number;
            ++count;
        }
    }
    u32 count { 0 };
    u32 first { 0 };
    u32 last { 0 };
    u64 sum { 0 };
    bool is_ascending { true }; /* each number is one more than the number before it */
};

/* The current task's undo record of a set. */
struct SemRangeTest : Fixture {
    explicit SemRangeTest(kapi_kunit* test) noexcept
        : Fixture(test),
          has_states_(TaskState::start().ok()),
          has_undo_(has_states_ && start_undo().ok())
    {
    }
    ~SemRangeTest()
    {
        end();
        if (has_undo_)
            stop_undo();
        if (has_states_)
            TaskState::stop();
        wait_for_rcu_memory();
    }
    [[nodiscard]] bool is_ready() const noexcept { return has_undo_; }

    /* Errors: ENOMEM. */
    [[nodiscard]] Result<SemUndo*> record_of_set(u32 semaphores) noexcept
    {
        end();
        Ref<SemSet> set =
            TRY(SemSet::create(kPrivateKey, Mode::from_flags(0600), semaphores, usage, semaphores));
        set_.emplace([&] { return move(set); });
        const Ref<SemUndo> undo = TRY(make_current_undo(**set_));
        return &*undo; /* its lists keep it */
    }

private:
    /* Ends the record and removes the set. */
    void end() noexcept
    {
        if (!set_.has_value())
            return;
        if (TaskState* state = TaskState::current())
            leave_undo(*state);
        (*set_)->uncharge(usage);
        (*set_)->retire();
        set_.reset();
    }

    LimitedSum usage;
    Optional<Ref<SemSet>> set_;
    const bool has_states_;
    const bool has_undo_;
};

} // namespace

TEST_CASE(SemRangeTest, none_visits_nothing_and_one_visits_its_semaphore)
{
    EXPECT_EQ(Visits { SemRange::none() }.count, 0);
    for (const u32 number : { 0u, 5u, 0xffffu }) {
        const Visits one { SemRange::one(number) };
        EXPECT_EQ(one.count, 1);
        EXPECT_EQ(one.first, number);
    }
}

TEST_CASE(SemRangeTest, all_visits_every_semaphore_in_ascending_order)
{
    for (const u32 count : { 1u, 7u, 70'000u }) {
        const SemUndo* undo = REQUIRE(record_of_set(count));
        const Visits all { SemRange::all(undo->set()) };
        EXPECT_EQ(all.count, count);
        EXPECT_EQ(all.first, 0);
        EXPECT_EQ(all.last, count - 1);
        EXPECT(all.is_ascending);
    }
}

TEST_CASE(SemRangeTest, touched_visits_adjusted_semaphores_once_in_ascending_order)
{
    SemUndo* undo = REQUIRE(record_of_set(1'000));
    EXPECT_EQ(Visits { SemRange::touched(*undo) }.count, 0);
    for (const u32 number : { 3u, 999u, 0u, 3u, 500u })
        undo->set_adjustment(number, 1);
    undo->set_adjustment(999, 0); /* 0 again, but touched */
    const Visits touched { SemRange::touched(*undo) };
    EXPECT_EQ(touched.count, 4);
    EXPECT_EQ(touched.sum, 3 + 999 + 0 + 500);
    EXPECT_EQ(touched.first, 0);
    EXPECT_EQ(touched.last, 999);
    undo->clear_all();
    EXPECT_EQ(Visits { SemRange::touched(*undo) }.count, 0);
    EXPECT_EQ(undo->adjustment(3), 0);
}

/* Two at a distance: in one word, in neighbouring words and blocks, and far from each other. */
TEST_CASE(SemRangeTest, touched_finds_the_next_semaphore_at_any_distance)
{
    constexpr u32 kReachable = 0x10000;
    SemUndo* undo = REQUIRE(record_of_set(70'000));
    i32 wrong = 0;
    for (const u32 first : { 0u, 1u, 63u, 64u, 1'023u, 1'024u, 40'000u, kReachable - 2 }) {
        for (const u32 distance : { 1u, 62u, 63u, 64u, 65u, 1'023u, 1'024u, 1'025u, 50'000u }) {
            const u32 second = min(first + distance, kReachable - 1);
            undo->set_adjustment(second, 1);
            undo->set_adjustment(first, 1);
            const Visits touched { SemRange::touched(*undo) };
            wrong += touched.count != 2 || touched.first != first || touched.last != second;
            undo->clear_all();
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST_CASE(SemRangeTest, touched_visits_every_semaphore_that_operations_reach)
{
    constexpr u32 kReachable = 0x10000;

    for (const u32 count : { 1u, 64u, 65u, kReachable - 1, kReachable, 70'000u }) {
        const u32 reachable = min(count, kReachable);
        SemUndo* undo = REQUIRE(record_of_set(count));
        for (u32 number = 0; number < reachable; ++number)
            undo->set_adjustment(number, 1);
        const Visits touched { SemRange::touched(*undo) };
        EXPECT_EQ(touched.count, reachable);
        EXPECT_EQ(touched.first, 0);
        EXPECT(touched.is_ascending);
        undo->clear_all();
        EXPECT_EQ(Visits { SemRange::touched(*undo) }.count, 0);
        u32 left = 0;
        for (u32 number = 0; number < reachable; ++number)
            left += undo->adjustment(number) != 0;
        EXPECT_EQ(left, 0);
    }
}

} // namespace sysvipc
