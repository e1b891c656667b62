// SPDX-License-Identifier: GPL-2.0
/*
 * test_fault_load [PATH]: makes every allocation and user copy of the module's own code fail in
 * turn while the module is loaded.  A failed load must leave nothing behind; a load that succeeds
 * nevertheless must provide everything.
 */
#include "fault/fault.hpp"
#include "lib/harness.hpp"
#include "lib/kernel_log.hpp"
#include "lib/module.hpp"

#include <algorithm>
#include <optional>

namespace {

constexpr unsigned kMostFaults = 20000; // far more than a load meets
constexpr unsigned kPlainLoadEvery = 20; // failures between two loads that must succeed

void expect_plain_load_works()
{
    REQUIRE_OK(module::load());
    REQUIRE_OK(module::unload());
    module::expect_absent();
}

// The module's log line when it is completely loaded.
std::string usual_words(KernelLog& log)
{
    expect_plain_load_works(); // the kernel logs a line about the first
    (void)log.take("");
    REQUIRE_OK(module::load());
    const std::string usual = log.take("sysvipc: ");
    REQUIRE_OK(module::unload());
    return usual;
}

// The number of possible failures before the module's own code needs anything: those are the kernel's,
// which does not take each of them well.  The module looks at this parameter first of all.
unsigned chances_of_the_kernel()
{
    // The kernel's way back, when the module has refused, is counted too: fewer than these.
    constexpr unsigned kOfUnloading = 20;
    const Fault fault { kMostFaults };
    REQUIRE_ERR(module::load("attach=nonsense"), EINVAL);
    const unsigned chances = kMostFaults - fault.chances_left();
    return chances - std::min(chances, kOfUnloading);
}

TEST(a_load_that_fails_at_any_point_leaves_nothing_behind)
{
    module::require_unloaded();
    require_fault_injection();
    spare_debugging_caches();

    KernelLog log;
    const std::string usual = usual_words(log);
    unsigned failures = 0;
    unsigned absorbed = 0;
    const unsigned first = chances_of_the_kernel() + 1;
    harness::note("the first fault is number " + std::to_string(first));
    for (unsigned nth = first;; ++nth) {
        REQUIRE(nth < kMostFaults);
        (void)log.take("");
        std::optional<Fault> fault { nth };
        const Outcome outcome = module::load();
        const bool happened = fault->happened();
        fault.reset();
        if (nth % 50 == 0)
            harness::note(std::to_string(nth) + " faults so far");

        if (outcome.ok()) {
            EXPECT_EQ(log.take("sysvipc: "), usual);
            REQUIRE_OK(module::unload());
            module::expect_absent();
            if (!happened)
                break;
            ++absorbed;
            continue;
        }
        if (!outcome.failed_with(ENOMEM) && !outcome.failed_with(EFAULT))
            harness::record_failure(
                HERE, "fault " + std::to_string(nth) + " gave " + errno_name(outcome.error()));
        module::expect_absent();
        if (++failures % kPlainLoadEvery == 0)
            expect_plain_load_works();
        REQUIRE(!harness::has_failed());
    }
    harness::note(std::to_string(failures) + " loads failed, " + std::to_string(absorbed)
                  + " faults were absorbed");
    EXPECT(failures > 0);
    expect_plain_load_works();
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
