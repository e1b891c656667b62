// SPDX-License-Identifier: GPL-2.0
/*
 * The KUnit suites as a program of user space (contracts: include/host/kunit.h).  It prints KTAP, with the
 * names that the kernel prints.  Arguments name the suites to run; --stop: up to the first that fails.
 */
#include "../address_space.hpp"
#include "../fault.hpp"
#include "../rcu.hpp"
#include "../work.hpp"
#include "expect.hpp"

#include <algorithm>
#include <cstdio>
#include <host/kunit.h>
#include <string_view>

extern "C" {
#define SUITE(area, cases) cases
#define CASE(sentence) void sysvipc_case_##sentence(kapi_kunit* test) noexcept;
#include "../../kunit/suites.def"
#undef CASE
#undef SUITE
}

namespace {

using namespace hosted;

struct Case {
    const char* name;
    void (*run)(kapi_kunit* test) noexcept;
};

struct Suite {
    const char* name;
    const Case* cases;
    unsigned count;
};

#define CASE(sentence) { #sentence, sysvipc_case_##sentence },
#define SUITE(area, cases) constexpr Case area##_cases[] { cases };
#include "../../kunit/suites.def"
#undef SUITE
#define SUITE(area, cases)                                                                         \
    { "sysvipc_" #area, area##_cases, sizeof(area##_cases) / sizeof(area##_cases[0]) },
#undef CASE
#define CASE(sentence)
constexpr Suite kSuites[] {
#include "../../kunit/suites.def"
};
#undef CASE
#undef SUITE

const char* verdict(bool passed)
{
    return passed ? "ok" : "not ok";
}

/* Of all cases. */
int passed_cases = 0;
int failed_cases = 0;

bool run_case(const Case& tested)
{
    kapi_kunit test;
    const int defects = defects_seen();
    tested.run(&test);
    const bool passed = !test.has_failed && defects_seen() == defects;
    ++(passed ? passed_cases : failed_cases);
    return passed;
}

bool run_suite(const Suite& suite)
{
    std::printf("    KTAP version 1\n    # Subtest: %s\n    1..%u\n", suite.name, suite.count);
    const long living = living_allocations();
    bool passed = sysvipc_kunit_suite_start() == 0;
    for (unsigned i = 0; i < suite.count; ++i) {
        const bool is_good = passed && run_case(suite.cases[i]);
        std::printf("    %s %u %s\n", verdict(is_good), i + 1, suite.cases[i].name);
        std::fflush(stdout);
        passed &= is_good;
    }
    close_files();
    sysvipc_kunit_suite_stop();
    if (living_allocations() != living) {
        std::printf("    # %ld allocations are left\n", living_allocations() - living);
        passed = false;
    }
    return passed;
}

bool is_wanted(const Suite& suite, char** names)
{
    if (!*names)
        return true;
    for (; *names; ++names) {
        if (std::string_view { suite.name }.ends_with(*names))
            return true;
    }
    return false;
}

} // namespace

int main(int, char** arguments)
{
    const bool stops = arguments[1] && std::string_view { arguments[1] } == "--stop";
    arguments += stops ? 1 : 0;
    start_rcu();
    start_worker();
    const auto wanted =
        std::count_if(std::begin(kSuites), std::end(kSuites),
                      [&](const Suite& suite) { return is_wanted(suite, arguments + 1); });
    std::printf("KTAP version 1\n1..%d\n", static_cast<int>(wanted));
    bool passed = true;
    int number = 0;
    for (const Suite& suite : kSuites) {
        if (!is_wanted(suite, arguments + 1))
            continue;
        const bool is_good = run_suite(suite);
        std::printf("%s %d %s\n", verdict(is_good), ++number, suite.name);
        passed &= is_good;
        if (!passed && stops)
            break;
    }
    stop_worker();
    stop_rcu();
    std::printf("# Totals: pass:%d fail:%d skip:0 total:%d\n", passed_cases, failed_cases,
                passed_cases + failed_cases);
    return passed ? 0 : 1;
}

kapi_u32 host_kunit_affordable(kapi_u32 count)
{
    return HOSTED_IS_SLOW ? count / 8 : count;
}
