// SPDX-License-Identifier: GPL-2.0
/* Scenarios of the gate that counts the tasks inside the module, and of unloading. */
#include "scenario.hpp"

#include <entry/call_gate.hpp>
#include <mem/heap.hpp>
#include <os/task.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* State that calls use and unloading frees. */
struct Contents {
    static void destroy(Contents* contents) noexcept { heap_destroy(contents); }

    Atomic<u32> uses { 0 };
};

struct GateScenario : Fixture {
    explicit GateScenario(kapi_kunit* test) noexcept : Fixture(test), is_started(gate.start().ok())
    {
        if (Result<Box<Contents>> created = heap_create<Contents>(); created.ok())
            contents = created.take();
    }
    ~GateScenario()
    {
        if (is_started)
            gate.stop();
    }
    [[nodiscard]] bool is_ready() const noexcept { return is_started && !contents.is_empty(); }

    /* Whether it was served. */
    bool call() noexcept
    {
        if (!gate.enter_if([this] { return is_serving.load_acquire(); }))
            return false;
        contents->uses.store_relaxed(1);
        CurrentTask::give_way();
        contents->uses.store_relaxed(2);
        gate.leave();
        return true;
    }
    /* In the order of include/entry/call_gate.hpp. */
    void unload() noexcept
    {
        is_serving.store_release(false);
        gate.close();
        while (!gate.is_empty())
            CurrentTask::give_way();
        contents = Box<Contents> {};
    }

    CallGate gate;
    Atomic<bool> is_serving { true };
    Box<Contents> contents;
    const bool is_started;
};

} // namespace

TEST_CASE(GateScenario, a_call_and_the_end_of_the_module)
{
    bool was_served = false;
    {
        Thread caller { 0, [&] { was_served = call(); } };
        Thread unloader { 0, [&] { unload(); } };
        explore(caller, unloader);
    }
    EXPECT(contents.is_empty());
    EXPECT(gate.is_empty());
}

TEST_CASE(GateScenario, a_call_that_finds_the_module_unloaded_at_its_second_check)
{
    bool was_served[2] {};
    {
        Thread caller { 0, [&] { was_served[0] = call(); } };
        Thread other { 0, [&] { was_served[1] = call(); } };
        Thread unloader { 0, [&] { unload(); } };
        explore(caller, other, unloader);
    }
    EXPECT(gate.is_empty());
}

} // namespace sysvipc
