// SPDX-License-Identifier: GPL-2.0
/*
 * Explores the scenarios and prints KTAP.
 *
 *   explorer [--preemptions=N] [--pct=SEEDS] [SCENARIO]...   all schedules with at most N (2) preemptions;
 *                                                            or as many random ones
 *   explorer --model=sequential|tso|weak ...                 which stores others may miss
 *   explorer --stop ...                                      ends with the first failure
 *   explorer --schedule=POINT:TASK,... SCENARIO              the one that a failure has printed
 *
 * Each scenario has a process of its own, so that a failure ends only that.
 */
#include "../address_space.hpp"
#include "../fault.hpp"
#include "../kunit/expect.hpp"
#include "../module.hpp"
#include "../rcu.hpp"
#include "../scenarios/declarations.hpp"
#include "../work.hpp"
#include "search.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <host/kunit.h>
#include <iterator>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

/* Of the compiler's run-time library, where coverage is measured. */
extern "C" int __llvm_profile_write_file() __attribute__((weak));

namespace {

using namespace hosted;
using namespace hosted::explorer;

struct Scenario {
    const char* name;
    void (*run)(kapi_kunit* test) noexcept;
    const char* failing; /* the models under which it must fail */
    unsigned more_preemptions;
};

#define SCENARIO(sentence) { #sentence, sysvipc_case_##sentence, "", 0 },
#define DEFECT(sentence, models) { #sentence, sysvipc_case_##sentence, #models, 0 },
#define DEEP(sentence) { #sentence, sysvipc_case_##sentence, "", 1 },
constexpr Scenario kScenarios[] {
#include "../scenarios/scenarios.def"
};
#undef SCENARIO
#undef DEFECT
#undef DEEP

const char* name_of(Model model)
{
    switch (model) {
    case Model::Tso:
        return "Tso";
    case Model::Weak:
        return "Weak";
    default:
        return "Sequential";
    }
}

struct Options {
    Model model { Model::Sequential };
    unsigned preemptions { 2 };
    unsigned long seeds { 0 };
    bool stops_at_failure { false };
    const char* schedule { nullptr };
};

const Scenario* running = nullptr;
kapi_kunit test;
unsigned long runs = 0;

void report(const char* what) noexcept
{
    std::printf("    # %s%s\n    # after %lu schedules; again: --schedule=%s %s\n",
                *running->failing ? "found: " : "", what, runs, schedule().c_str(), running->name);
}

void run_scenario()
{
    const int defects = defects_seen();
    start_rcu();
    start_worker();
    if (sysvipc_kunit_suite_start() != 0)
        fail("the suite's memory could not be had");
    running->run(&test);
    close_files();
    sysvipc_kunit_suite_stop();
    stop_worker();
    stop_rcu();
    if (test.has_failed)
        fail("an expectation does not hold");
    if (defects_seen() != defects)
        fail("an invariant is broken");
}

void run_once(Strategy& strategy)
{
    ++runs;
    run(strategy, run_scenario);
}

/* Which objects are shared shows in some random runs. */
unsigned explore_some(unsigned long seeds)
{
    constexpr unsigned kChanges = 3;
    unsigned most_points = 50;
    for (unsigned long seed = 1; seed <= seeds; ++seed) {
        Pct strategy { seed, most_points, kChanges };
        adopt_shared();
        run_once(strategy);
        most_points = std::max(most_points, points());
    }
    return most_points;
}

/* Again, if the run has found further shared objects. */
void explore_all(unsigned preemptions)
{
    constexpr unsigned long kFirst = 20;

    explore_some(kFirst);
    Exhaustive strategy { preemptions };
    unsigned known = 0;
    do {
        known = adopt_shared();
        strategy.restart();
        runs = 0;
        do
            run_once(strategy);
        while (strategy.next());
    } while (shared_objects() != known);
}

void explore_scenario(const Options& options)
{
    on_failure = report;
    be_quiet(true);
    set_model(options.model);
    if (options.schedule) {
        Replay strategy { options.schedule };
        run_once(strategy);
    } else if (options.seeds != 0) {
        explore_some(options.seeds);
    } else {
        explore_all(options.preemptions + running->more_preemptions);
    }
}

bool is_good(const Scenario& scenario, const Options& options)
{
    const auto start = std::chrono::steady_clock::now();
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        running = &scenario;
        explore_scenario(options);
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        std::printf("# %s: %lu schedules, %u shared objects, %.1f s\n", scenario.name, runs,
                    shared_objects(), time.count());
        std::fflush(stdout);
        if (__llvm_profile_write_file)
            __llvm_profile_write_file();
        std::_Exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    const bool must_fail = std::strstr(scenario.failing, name_of(options.model)) != nullptr;
    return WIFEXITED(status) && WEXITSTATUS(status) == (must_fail ? 1 : 0);
}

bool is_wanted(const Scenario& scenario, const std::vector<std::string_view>& names)
{
    return names.empty() || std::find(names.begin(), names.end(), scenario.name) != names.end();
}

} // namespace

int main(int count, char** arguments)
{
    Options options;
    std::vector<std::string_view> names;
    for (int i = 1; i < count; ++i) {
        const std::string_view argument { arguments[i] };
        const char* value = std::strchr(arguments[i], '=');
        if (argument.starts_with("--preemptions="))
            options.preemptions = static_cast<unsigned>(std::atoi(value + 1));
        else if (argument == "--model=sequential")
            options.model = Model::Sequential;
        else if (argument == "--stop")
            options.stops_at_failure = true;
        else if (argument == "--model=tso")
            options.model = Model::Tso;
        else if (argument == "--model=weak")
            options.model = Model::Weak;
        else if (argument.starts_with("--pct="))
            options.seeds = std::strtoul(value + 1, nullptr, 10);
        else if (argument.starts_with("--schedule="))
            options.schedule = value + 1;
        else
            names.push_back(argument);
    }
    const auto wanted = std::count_if(std::begin(kScenarios), std::end(kScenarios),
                                      [&](const Scenario& one) { return is_wanted(one, names); });
    if (!names.empty() && wanted != std::ssize(names)) {
        std::fprintf(stderr, "not all of these are scenarios\n");
        return 2;
    }
    std::printf("KTAP version 1\n1..%d\n", static_cast<int>(wanted));
    int number = 0;
    int failed = 0;
    for (const Scenario& scenario : kScenarios) {
        if (!is_wanted(scenario, names))
            continue;
        const bool passed = is_good(scenario, options);
        std::printf("%s %d %s\n", passed ? "ok" : "not ok", ++number, scenario.name);
        failed += passed ? 0 : 1;
        if (failed != 0 && options.stops_at_failure)
            break;
    }
    return failed == 0 && number != 0 ? 0 : 1;
}

void hosted_explore_begin() noexcept
{
    begin_exploring();
}

void hosted_explore_end() noexcept
{
    end_exploring();
}

kapi_u32 host_kunit_affordable(kapi_u32 count)
{
    return count;
}
