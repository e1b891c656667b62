// SPDX-License-Identifier: GPL-2.0
/* Runs the tests of calls and prints KTAP.  Arguments name the tests to run; --stop: up to the first that fails. */
#include "../fault.hpp"
#include "../kernel.hpp"
#include "../machine.hpp"
#include "../module.hpp"
#include "../rcu.hpp"
#include "../work.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace hosted::calls {

namespace {

bool has_failed = false;

void run_body(void* data)
{
    (*static_cast<std::function<void()>*>(data))();
}

bool is_good(const Test& test)
{
    has_failed = false;
    const int defects = defects_seen();
    start_rcu();
    start_worker();
    be_quiet(true);
    forget_log();
    reset_kernel();
    EXPECT_EQ(load_module(), 0);
    test.run();
    fail_allocation(0);
    forget_faults();
    EXPECT_EQ(unload_module(), 0);
    stop_worker();
    stop_rcu();
    EXPECT_EQ(living_allocations(), 0);
    EXPECT_EQ(defects_seen(), defects);
    return !has_failed;
}

} // namespace

std::vector<Test>& all_tests()
{
    static std::vector<Test> tests;
    return tests;
}

void expect_equal(long left, long right, const char* text, const char* file, int line)
{
    if (left == right)
        return;
    std::printf("# EXPECTATION FAILED at %s:%d: %s: %ld, %ld\n", file, line, text, left, right);
    has_failed = true;
}

Running::Running(Process& process, std::function<void()> body)
    : process_(process),
      body_(std::move(body))
{
    machine::start(process_.task(), run_body, &body_);
}

Running::~Running()
{
    machine::join(process_.task());
}

void wait_until(const std::function<bool()>& condition, const char* what)
{
    constexpr std::int64_t kMillisecond = 1'000'000;
    constexpr int kPatience = 60'000;
    for (int i = 0; i < kPatience; ++i) {
        if (condition())
            return;
        machine::sleep_until(machine::now() + kMillisecond);
    }
    expect_equal(0, 1, what, __FILE__, __LINE__);
}

Identity user(unsigned uid)
{
    Identity identity;
    identity.uid = uid;
    identity.gid = uid;
    identity.capabilities = 0;
    return identity;
}

} // namespace hosted::calls

int main(int, char** arguments)
{
    using namespace hosted::calls;

    const bool stops = arguments[1] && std::string_view { arguments[1] } == "--stop";
    arguments += stops ? 1 : 0;
    std::vector<Test> wanted;
    for (const Test& test : all_tests()) {
        bool is_wanted = !arguments[1];
        for (char** name = arguments + 1; *name; ++name)
            is_wanted |= std::string_view { test.name } == *name;
        if (is_wanted)
            wanted.push_back(test);
    }
    std::printf("KTAP version 1\n1..%zu\n", wanted.size());
    int number = 0;
    int failed = 0;
    for (const Test& test : wanted) {
        const bool passed = is_good(test);
        std::printf("%s %d %s\n", passed ? "ok" : "not ok", ++number, test.name);
        std::fflush(stdout);
        failed += passed ? 0 : 1;
        if (!passed && stops)
            break;
    }
    std::printf("# Totals: pass:%d fail:%d skip:0 total:%d\n", number - failed, failed, number);
    return failed == 0 ? 0 : 1;
}
