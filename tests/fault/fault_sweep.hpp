// SPDX-License-Identifier: GPL-2.0
/*
 * A sweep of faults through one system call: makes every allocation and user copy that it reaches
 * fail in turn.  A failed call must report the right errno and must have had no effect; afterwards
 * the same call must work.
 *
 * World has the objects of one attempt, created anew for each, with
 *   snapshot()         all that a call could change, comparable
 *   expect_usable()    checks that work if nothing has been changed
 */
#pragma once

#include "fault/fault.hpp"
#include "lib/harness.hpp"

#include <optional>
#include <random>
#include <string>
#include <unistd.h>

namespace fault {

inline constexpr unsigned kMostFaults = 500; // more than any single call can meet

// Whether the call copies from or to user memory in a way that can be made to fail.  A single
// number may be read by get_user(), which cannot, or by copy_from_user(), which can.
enum class Copies { No, Maybe, Yes };

template <class World>
struct Operation {
    using Snapshot = decltype(std::declval<const World&>().snapshot());

    const char* name;
    Outcome (*call)(const World&);
    bool allocates; // a failure with ENOMEM must have been seen in the end
    Copies copies; // the same with EFAULT
    void (*after_success)(const World&, Outcome);
    // The changes of a call that fails with EFAULT after its work is done, where that is possible.
    void (*after_late_fault)(const World&, const Snapshot& before) = nullptr;
    // The error that Linux returns instead of ENOMEM for some of the allocations.
    int other_error = ENOMEM;
};

template <class World>
void nothing_more(const World&, Outcome)
{
}

template <class World>
class Sweep {
public:
    explicit Sweep(const Operation<World>& operation) : operation_ { operation } { }

    void run()
    {
        require_fault_injection();
        // An allocation that finds its slab empty has one chance more to fail, which shifts those
        // behind it, so that a sweep may step over one of them.  It is made again then; calls at
        // rest before it see to it that the slab is empty at another time.
        unsigned faults = 0;
        std::minstd_rand random;
        for (int round = 0; round == 0 || (round < kMostRounds && !has_seen_all()); ++round) {
            for (auto calls = round == 0 ? 0 : random() % 8; calls > 0; --calls)
                call_at_rest();
            faults += once();
        }
        harness::note(std::string { operation_.name } + ": " + std::to_string(faults) + " faults, "
                      + std::to_string(enomem_) + " ENOMEM, " + std::to_string(efault_)
                      + " EFAULT, " + std::to_string(absorbed_) + " absorbed");
        EXPECT(has_seen_all());
        EXPECT(operation_.copies != Copies::No || efault_ == 0);
    }

private:
    static constexpr int kMostRounds = 100;

    void call_at_rest() const
    {
        const World world;
        const Outcome outcome = operation_.call(world);
        REQUIRE(outcome.ok());
        operation_.after_success(world, outcome);
    }

    // Every fault from the first to the last that there is; their number.
    unsigned once()
    {
        unsigned nth = 1;
        while (!attempt(nth)) {
            REQUIRE(!harness::has_failed());
            REQUIRE(++nth < kMostFaults);
        }
        return nth - 1;
    }

    // All required errors have occurred.
    bool has_seen_all() const
    {
        const bool user_copies_fail = access("/sys/kernel/debug/fail_usercopy", F_OK) == 0;
        const bool must_fault = operation_.copies == Copies::Yes && user_copies_fail;
        return (!operation_.allocates || enomem_ > 0) && (!must_fault || efault_ > 0);
    }

    // One attempt with the nth fault; true when there was no nth chance to fail any more.
    bool attempt(unsigned nth)
    {
        const World world;
        const auto before = world.snapshot();
        std::optional<Fault> fault { nth };
        const Outcome outcome = operation_.call(world);
        const bool happened = fault->happened();
        fault.reset();

        if (outcome.ok()) {
            absorbed_ += happened;
            operation_.after_success(world, outcome);
            return !happened;
        }
        REQUIRE(happened);
        enomem_ += outcome.failed_with(ENOMEM);
        efault_ += outcome.failed_with(EFAULT);
        if (!outcome.failed_with(ENOMEM) && !outcome.failed_with(operation_.other_error))
            EXPECT_ERR(outcome, EFAULT);
        if (operation_.after_late_fault && outcome.failed_with(EFAULT)) {
            operation_.after_late_fault(world, before);
            return false;
        }
        EXPECT(world.snapshot() == before);
        world.expect_usable();

        const Outcome again = operation_.call(world);
        EXPECT_OK(again);
        operation_.after_success(world, again);
        return false;
    }

    const Operation<World>& operation_;
    int enomem_ = 0;
    int efault_ = 0;
    int absorbed_ = 0; // the fault happened and the call succeeded all the same
};

// Makes a test of every operation in a table, after `prepare`.
template <class World, std::size_t count>
bool register_sweeps(const Operation<World> (&operations)[count], void (*prepare)())
{
    for (const auto& operation : operations)
        harness::Registration { std::string { operation.name } + "_survives_every_fault",
                                [&operation, prepare] {
                                    prepare();
                                    Sweep<World> { operation }.run();
                                } };
    return true;
}

} // namespace fault
