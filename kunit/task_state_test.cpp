// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_task_state: each task has a state of its own, with a slot for each facility's part. */
#include "tally.hpp"
#include "test.hpp"
#include "threads.hpp"

#include <os/task.hpp>
#include <os/task_state.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct FirstPart {
    static constexpr TaskSlot kTaskSlot = TaskSlot::UndoGroup;
    u32 times_taken { 0 };
};
struct SecondPart {
    static constexpr TaskSlot kTaskSlot = TaskSlot::SegmentCreator;
};

struct TaskStateTest : Fixture {
    explicit TaskStateTest(kapi_kunit* test) noexcept
        : Fixture(test),
          is_started_(TaskState::start().ok())
    {
    }
    ~TaskStateTest()
    {
        if (is_started_)
            TaskState::stop();
        wait_for_rcu_memory();
    }
    [[nodiscard]] bool is_ready() const noexcept { return is_started_; }

private:
    const bool is_started_;
};

void count_taken(FirstPart& part) noexcept
{
    ++part.times_taken;
}

} // namespace

TEST_CASE(TaskStateTest, a_task_has_no_state_until_it_adds_one_and_after_it_removes_it)
{
    EXPECT(!TaskState::current());
    TaskState* state = REQUIRE(TaskState::current_or_new());
    EXPECT_EQ(TaskState::current(), state);
    EXPECT_EQ(REQUIRE(TaskState::current_or_new()), state);
    EXPECT_EQ(REQUIRE(TaskState::current_or_new_atomic()), state);
    TaskState::remove(*state);
    EXPECT(!TaskState::current());
}

TEST_CASE(TaskStateTest, slots_are_independent)
{
    FirstPart first;
    SecondPart second;
    TaskState* state = REQUIRE(TaskState::current_or_new());
    EXPECT(!state->part<FirstPart>());
    EXPECT(!state->part<SecondPart>());
    state->put(first);
    state->put(second);
    EXPECT_EQ(state->part<FirstPart>(), &first);
    EXPECT_EQ(state->part<SecondPart>(), &second);
    EXPECT_EQ(state->take<FirstPart>(), &first);
    EXPECT(!state->take<FirstPart>());
    EXPECT_EQ(state->part<SecondPart>(), &second);
    EXPECT_EQ(state->take<SecondPart>(), &second);
    TaskState::remove(*state);
}

TEST_CASE(TaskStateTest, each_thread_finds_its_own_state)
{
    constexpr u32 kRounds = 1'000;

    Tally wrong;
    const auto add_and_remove = [&] {
        for (u32 round = 0; round < kRounds; ++round) {
            FirstPart part;
            Result<TaskState*> added = TaskState::current_or_new();
            if (!added.ok()) {
                wrong.add_one();
                return;
            }
            TaskState* state = added.take();
            if (state->part<FirstPart>())
                wrong.add_one();
            state->put(part);
            CurrentTask::give_way();
            if (TaskState::current() != state || state->take<FirstPart>() != &part)
                wrong.add_one();
            TaskState::remove(*state);
        }
    };
    {
        Thread first { 0, add_and_remove };
        Thread second { 1, add_and_remove };
        EXPECT(first.is_started() && second.is_started());
    }
    EXPECT_EQ(wrong.count(), 0);
    EXPECT(!TaskState::current());
}

TEST_CASE(TaskStateTest, a_state_that_a_parent_adds_is_found_by_the_child)
{
    FirstPart shared;
    Atomic<kapi_task*> child { nullptr };
    Atomic<bool> is_added { false };
    Tally found;
    {
        Thread thread { 0, [&] {
                           child.store_release(CurrentTask::raw());
                           if (!wait_until([&] { return is_added.load_acquire(); }))
                               return;
                           TaskState* state = TaskState::current();
                           if (state && state->take<FirstPart>() == &shared)
                               found.add_one();
                           if (state)
                               TaskState::remove(*state);
                       } };
        EXPECT(thread.is_started());
        EXPECT(wait_until([&] { return child.load_acquire() != nullptr; }));
        Result<TaskState*> added = TaskState::add_for(child.load_acquire());
        EXPECT(added.ok());
        if (added.ok())
            added.take()->put(shared);
        is_added.store_release(true);
    }
    EXPECT_EQ(found.count(), 1);
    EXPECT(!TaskState::current());
}

TEST_CASE(TaskStateTest, at_unload_a_part_is_taken_out_of_every_state_once)
{
    FirstPart own;
    FirstPart other;
    SecondPart kept;
    TaskState* state = REQUIRE(TaskState::current_or_new());
    state->put(own);
    state->put(kept);
    {
        Thread thread { 0, [&] {
                           if (Result<TaskState*> added = TaskState::current_or_new(); added.ok())
                               added.take()->put(other);
                       } };
        EXPECT(thread.is_started());
    }
    TaskState::take_all<FirstPart, count_taken>();
    TaskState::take_all<FirstPart, count_taken>();
    EXPECT_EQ(own.times_taken, 1);
    EXPECT_EQ(other.times_taken, 1);
    EXPECT(!state->part<FirstPart>());
    EXPECT_EQ(state->take<SecondPart>(), &kept);
}

} // namespace sysvipc
