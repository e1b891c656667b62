// SPDX-License-Identifier: GPL-2.0
/*
 * How to write a scenario: as a KUnit case (kunit/test.hpp), with few tasks and few steps.
 *
 *     TEST_CASE(SemScenario, two_of_something) {
 *         Thread first { 0, [&] { ... } };
 *         Thread second { 0, [&] { ... } };
 *         explore(first, second);      // all interleavings of the two
 *         EXPECT(...);                 // holds after each
 *     }
 *
 * A task that never wakes is a failure, and so are a data race, a use after free, a broken invariant
 * and memory that is left: these need no EXPECT.
 */
#pragma once

#include "declarations.hpp"
#include "../../kunit/test.hpp"
#include "../../kunit/threads.hpp"

#include <ns/ipc_namespace.hpp>
#include <os/task_state.hpp>
#include <sem/sem_undo.hpp>
#include <shm/segment_creator.hpp>
#include <shm/shm_segment.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

template <class... Threads>
void explore(Threads&... threads) noexcept
{
    hosted_explore_begin();
    (threads.join(), ...);
    hosted_explore_end();
}

template <class Body>
Thread(u32, Body) -> Thread<Body>;

/* A namespace with all that calls need. */
struct ScenarioFixture : Fixture {
    explicit ScenarioFixture(kapi_kunit* test) noexcept : Fixture(test)
    {
        has_parts_ = TaskState::start().ok() && start_undo().ok() && start_segments().ok();
        if (Result<Box<IpcNamespace>> created = IpcNamespace::create(IpcNsHandle::initial());
            created.ok())
            ns_ = created.take();
        if (is_ready())
            ns().open();
    }
    ~ScenarioFixture()
    {
        exit_task();
        for (const Kind kind : { Kind::Semaphores, Kind::Messages, Kind::SharedMemory })
            EXPECT_EQ(ns().table(kind).usage().in_use, 0);
        wait_for_rcu_memory();
        ns_ = Box<IpcNamespace> {};
        stop_segments();
        stop_undo();
        TaskState::stop();
    }
    [[nodiscard]] bool is_ready() const noexcept { return has_parts_ && !ns_.is_empty(); }
    [[nodiscard]] IpcNamespace& ns() noexcept { return *ns_; }
    /* The steps of an exit (src/entry/task_events.cpp). */
    static void exit_task() noexcept
    {
        TaskState* state = TaskState::current();
        if (!state)
            return;
        leave_undo(*state);
        leave_segments(*state);
        TaskState::remove(*state);
    }

private:
    Box<IpcNamespace> ns_;
    bool has_parts_ { false };
};

template <class T>
[[nodiscard]] UserAddress address_of(T* object) noexcept
{
    return UserAddress { reinterpret_cast<unsigned long>(object) };
}

} // namespace sysvipc
