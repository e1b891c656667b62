// SPDX-License-Identifier: GPL-2.0
/*
 * When sleepers on several semaphores are tried again.  GETNCNT and GETZCNT reveal it, as each
 * sleeper counts for the first operation that was not possible when it was last tried.  One that is
 * tried again may also find that an operation with IPC_NOWAIT is the first now, and fail.
 *
 * After an operation, waiters for zero are tried again if one of its semaphores is zero; after
 * SETVAL, SETALL and the undoing of an exited process, if any semaphore of the set is.  Waiters
 * that change a semaphore are tried again every time.
 */
#include "lib/actor.hpp"
#include "lib/each_case.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <list>
#include <variant>

namespace {

struct SetOne {
    int number;
    int value;
};
struct Undo { }; // the process that made the scenario's first operations exits

using Act = std::variant<Operations, SetOne, Values, Undo>;

struct Step {
    Act act;
    const char* counts;
};

struct Scenario {
    const char* name;
    Values values;
    Operations done; // by a process that lives on
    std::vector<Operations> sleepers; // in the order in which they went to sleep
    const char* counts; // waiting for an increase of each semaphore / for zero
    std::vector<Step> steps;
    const char* outcomes; // of the sleepers when the set is removed at the end
};

const Operations kNothing;
const Operations kThreeZeros { zero(3), zero(0), zero(1) };

const Scenario kScenarios[] = {
    { "zeros_after_setval_of_one_that_stays_above_zero",
      { 0, 2, 0, 0 },
      kNothing,
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" },
        { SetOne { 1, 3 }, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_setval_of_one_that_nobody_waits_for",
      { 0, 2, 5, 0 },
      kNothing,
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" },
        { SetOne { 2, 6 }, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_setval_when_none_is_zero",
      { 0, 2, 1, 0 },
      kNothing,
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" },
        { Operations { up(0) }, "0 0 0 0 / 0 1 0 0" },
        { SetOne { 1, 3 }, "0 0 0 0 / 0 1 0 0" },
        { SetOne { 2, 0 }, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_an_operation_on_one_that_is_zero_and_on_one_that_is_not",
      { 0, 2, 1, 0 },
      kNothing,
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4), up(1) }, "0 0 0 0 / 0 1 0 0" },
        { Operations { down(2), up(1) }, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_setall",
      { 0, 2, 0, 0 },
      kNothing,
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Values { 1, 1, 1, 1 }, "0 0 0 0 / 0 1 0 0" },
        { Values { 1, 1, 0, 1 }, "0 0 0 0 / 0 0 0 1" },
        { Values { 1, 1, 1, 0 }, "0 0 0 0 / 1 0 0 0" },
        { Values { 0, 0, 1, 0 }, "0 0 0 0 / 0 0 0 0" } },
      "0" },
    { "zeros_after_undo_of_one_that_becomes_zero",
      { 0, 2, 0, 0 },
      { undone(up(2)) },
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" }, { Undo {}, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_undo_of_one_that_stays_above_zero",
      { 0, 2, 0, 0 },
      { undone(up(1, 3)) },
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" }, { Undo {}, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_undo_when_none_is_zero",
      { 1, 2, 1, 1 },
      { undone(up(2)) },
      { kThreeZeros },
      "0 0 0 0 / 0 0 0 1",
      { { Operations { down(3), up(2) }, "0 0 0 0 / 1 0 0 0" },
        { Operations { up(3) }, "0 0 0 0 / 1 0 0 0" },
        { Undo {}, "0 0 0 0 / 1 0 0 0" } },
      "EIDRM" },
    { "zeros_after_undo_of_nothing",
      { 0, 2, 0, 0 },
      { undone(up(2)), undone(down(2)) },
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" }, { Undo {}, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_after_undo_of_nothing_at_one_above_zero",
      { 0, 2, 0, 0 },
      { undone(up(1)), undone(down(1)) },
      { kThreeZeros },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" }, { Undo {}, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM" },
    { "zeros_that_would_not_wait_fail_after_setval",
      { 0, 2, 0, 0 },
      kNothing,
      { { at_once(zero(3)), zero(0), zero(1) }, kThreeZeros },
      "0 0 0 0 / 0 2 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 2 0 0" },
        { SetOne { 1, 3 }, "0 0 0 0 / 0 0 0 1" } },
      "EAGAIN EIDRM" },
    { "zeros_that_would_not_wait_fail_after_undo",
      { 0, 2, 0, 0 },
      { undone(up(1, 3)) },
      { { at_once(zero(3)), zero(0), zero(1) }, kThreeZeros },
      "0 0 0 0 / 0 2 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 2 0 0" }, { Undo {}, "0 0 0 0 / 0 0 0 1" } },
      "EAGAIN EIDRM" },
    { "zeros_that_would_not_wait_stay_when_none_is_zero",
      { 0, 2, 1, 0 },
      kNothing,
      { { at_once(zero(3)), zero(0), zero(1) } },
      "0 0 0 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 0 0 / 0 1 0 0" },
        { Values { 1, 1, 1, 1 }, "0 0 0 0 / 0 1 0 0" },
        { SetOne { 2, 0 }, "0 0 0 0 / 0 0 0 0" } },
      "EAGAIN" },
    { "changes_after_setval_of_any",
      { 0, 0, 1, 0 },
      kNothing,
      { { down(0), down(1) } },
      "1 0 0 0 / 0 0 0 0",
      { { SetOne { 0, 1 }, "0 1 0 0 / 0 0 0 0" },
        { SetOne { 2, 1 }, "0 1 0 0 / 0 0 0 0" },
        { SetOne { 0, 0 }, "1 0 0 0 / 0 0 0 0" } },
      "EIDRM" },
    { "changes_after_setall_and_undo",
      { 1, 0, 1, 0 },
      { undone(up(3)) },
      { { down(0), down(1), zero(3) } },
      "0 1 0 0 / 0 0 0 0",
      { { Values { 1, 1, 1, 0 }, "0 0 0 0 / 0 0 0 0" }, { Undo {}, "0 0 0 0 / 0 0 0 0" } },
      "0" },
    { "changes_after_undo",
      { 1, 1, 1, 0 },
      { undone(up(3)), undone(down(0)) },
      { { down(1), zero(3), down(0), down(2, 2) } },
      "0 0 0 0 / 0 0 0 1",
      { { Undo {}, "0 0 1 0 / 0 0 0 0" } },
      "EIDRM" },
    { "zeros_beside_changes_after_setval",
      { 0, 2, 0, 0 },
      kNothing,
      { kThreeZeros, { down(2), up(1) } },
      "0 0 1 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 1 0 / 0 1 0 0" },
        { SetOne { 1, 3 }, "0 0 1 0 / 0 0 0 1" },
        { SetOne { 3, 0 }, "0 0 1 0 / 0 1 0 0" } },
      "EIDRM EIDRM" },
    { "zeros_after_a_sleeper_was_served",
      { 0, 2, 0, 0 },
      kNothing,
      { kThreeZeros, { down(2), up(1) } },
      "0 0 1 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 1 0 / 0 1 0 0" },
        { Operations { up(2, 2) }, "0 0 0 0 / 0 1 0 0" },
        { Operations { down(2) }, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM 0" },
    { "zeros_after_a_single_sleeper_was_served",
      { 0, 2, 0, 0 },
      kNothing,
      { kThreeZeros, { down(2) } },
      "0 0 1 0 / 0 1 0 0",
      { { Operations { up(3, 4) }, "0 0 1 0 / 0 1 0 0" },
        { Operations { up(2) }, "0 0 0 0 / 0 0 0 1" } },
      "EIDRM 0" },
    { "singles_after_setval_of_another",
      { 0, 2, 0, 0 },
      kNothing,
      { { zero(1) }, { down(0) }, { zero(1) } },
      "1 0 0 0 / 0 2 0 0",
      { { SetOne { 3, 1 }, "1 0 0 0 / 0 2 0 0" }, { SetOne { 1, 0 }, "1 0 0 0 / 0 0 0 0" } },
      "0 EIDRM 0" },
};

std::string counts(const SemSet& set)
{
    std::string text;
    const int nsems = static_cast<int>(set.stat().nsems);
    for (int i = 0; i < nsems; ++i)
        text += std::to_string(set.waiting_for_increase(i)) + ' ';
    text += '/';
    for (int i = 0; i < nsems; ++i)
        text += ' ' + std::to_string(set.waiting_for_zero(i));
    return text;
}

void play_scenario(const Scenario& scenario)
{
    SemSet set { scenario.values };
    const SemSet gate;
    std::list<Actor> doers;
    if (!scenario.done.empty()) {
        doers.emplace_back([&] {
            REQUIRE_OK(set.operate(scenario.done));
            return gate.operate({ down() });
        });
        doers.back().wait_asleep_in(sysv::kSemopNumber);
    }
    std::list<Actor> sleepers;
    for (const Operations& operations : scenario.sleepers)
        sleepers.push_back(sleeper_in(set, operations));
    EXPECT_EQ(counts(set), scenario.counts);

    for (const Step& step : scenario.steps) {
        if (const auto* operations = std::get_if<Operations>(&step.act)) {
            REQUIRE_OK(set.operate(*operations));
        } else if (const auto* one = std::get_if<SetOne>(&step.act)) {
            REQUIRE_OK(set.set_value(one->number, one->value));
        } else if (const auto* values = std::get_if<Values>(&step.act)) {
            REQUIRE_OK(set.set_values(*values));
        } else {
            REQUIRE_OK(gate.operate({ up() }));
            REQUIRE_OK(doers.back().join());
            doers.pop_back();
        }
        if (!EXPECT_EQ(counts(set), step.counts))
            harness::note("after step " + std::to_string(&step - &scenario.steps.front() + 1));
    }

    REQUIRE_OK(set.remove());
    std::ostringstream outcomes;
    for (Actor& sleeper : sleepers)
        outcomes << (outcomes.view().empty() ? "" : " ") << sleeper.join();
    EXPECT_EQ(outcomes.str(), scenario.outcomes);
}

const EachCase<Scenario> kCases { kScenarios, { { "are_looked_at_as_on_linux", play_scenario } } };

} // namespace
