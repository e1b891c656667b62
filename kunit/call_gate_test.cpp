// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_call_gate: which tasks the gate admits, and when it is empty. */
#include "tally.hpp"
#include "test.hpp"
#include "threads.hpp"

#include <base/optional.hpp>
#include <entry/call_gate.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* A gate and the flag that the module serves. */
struct Entrance : Pinned {
    Entrance() noexcept : is_started(gate.start().ok()) { }
    ~Entrance()
    {
        if (is_started)
            gate.stop();
    }
    void close() noexcept
    {
        is_serving.store_release(false);
        gate.close();
    }

    CallGate gate;
    Atomic<bool> is_serving { true };
    const bool is_started;
};

struct CallGateTest : Fixture {
    using Fixture::Fixture;
};

} // namespace

TEST_CASE(CallGateTest, a_gate_is_empty_once_all_have_left)
{
    Entrance entrance;
    EXPECT(entrance.is_started);
    EXPECT(entrance.gate.is_empty());
    {
        const CallGate::Pass first { entrance.gate };
        const CallGate::Pass second { entrance.gate };
        EXPECT(!entrance.gate.is_empty());
    }
    EXPECT(entrance.gate.is_empty());
}

TEST_CASE(CallGateTest, a_closed_gate_keeps_count_of_those_inside)
{
    Entrance entrance;
    EXPECT(entrance.is_started);
    {
        const CallGate::Pass inside { entrance.gate };
        EXPECT(!entrance.gate.is_closed());
        entrance.close();
        EXPECT(entrance.gate.is_closed());
        EXPECT(!entrance.gate.is_empty());
    }
    EXPECT(entrance.gate.is_empty());
}

TEST_CASE(CallGateTest, a_task_may_leave_on_another_cpu_than_it_entered_on)
{
    Entrance entrance;
    EXPECT(entrance.is_started);
    Optional<CallGate::Pass> pass;
    {
        Thread entering { 0,
                          [&] { pass.emplace([&] { return CallGate::Pass { entrance.gate }; }); } };
    }
    EXPECT(!entrance.gate.is_empty());
    {
        Thread leaving { 1, [&] { pass.reset(); } };
    }
    EXPECT(entrance.gate.is_empty());
}

/* The second check finds that the module has stopped serving. */
TEST_CASE(CallGateTest, a_task_that_is_counted_too_late_is_not_served)
{
    Entrance entrance;
    EXPECT(entrance.is_started);
    u32 looks = 0;
    bool was_counted = false;
    const bool is_served = entrance.gate.enter_if([&] {
        if (++looks == 1)
            return true;
        was_counted = !entrance.gate.is_empty();
        return false;
    });
    EXPECT(!is_served);
    EXPECT_EQ(looks, 2);
    EXPECT(was_counted);
    EXPECT(entrance.gate.is_empty());
}

/* Unloading relies on this: every task that found the module serving has left when the gate is empty. */
TEST_CASE(CallGateTest, no_task_that_is_served_is_inside_an_empty_gate)
{
    const u64 rounds = affordable(20);
    Tally served;
    Tally intrusions;
    for (u64 round = 0; round < rounds; ++round) {
        Entrance entrance;
        EXPECT(entrance.is_started);
        Atomic<bool> is_over { false };
        Atomic<bool> is_empty { false };
        const auto serves = [&] { return entrance.is_serving.load_acquire(); };
        const auto call = [&] {
            while (!is_over.load_acquire()) {
                if (!entrance.gate.enter_if(serves))
                    continue;
                served.add_one();
                CurrentTask::give_way();
                if (is_empty.load_acquire())
                    intrusions.add_one();
                entrance.gate.leave();
            }
        };
        const u64 before = served.count();
        Thread first { 0, call };
        Thread second { 1, call };
        EXPECT(first.is_started() && second.is_started());
        EXPECT(wait_until([&] { return served.count() > before; }));
        entrance.close();
        EXPECT(wait_until([&] { return entrance.gate.is_empty(); }));
        is_empty.store_release(true);
        CurrentTask::sleep_ms(1);
        is_over.store_release(true);
    }
    EXPECT(served.count() >= rounds);
    EXPECT_EQ(intrusions.count(), 0);
}

} // namespace sysvipc
