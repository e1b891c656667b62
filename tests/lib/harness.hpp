// SPDX-License-Identifier: GPL-2.0
/*
 * The test harness: TEST bodies, expectations, and KTAP on standard output.
 *
 * Every test runs in its own child.  EXPECT* records a failure and continues; REQUIRE* records it
 * and leaves the test through an exception, so that destructors run.  Both work in helper
 * processes, too: Actor reports a failure to the test.  A watchdog kills a test that hangs, and a
 * test that leaves an IPC object behind fails.  Watchdog and sweep belong to the parent, so that no
 * test can spoil the next one.
 */
#pragma once

#include "lib/outcome.hpp"

#include <concepts>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harness {

struct Place {
    const char* file;
    int line;
};

struct Test {
    std::string name;
    std::function<void()> body;
};

// Puts a test on the program's list; tests made from a table register themselves in a loop.
struct Registration {
    Registration(std::string name, std::function<void()> body);
};

// Thrown by REQUIRE*, caught where the test or the actor began.
struct LeaveTest { };
struct SkipTest {
    std::string reason;
};

// Leaves the test and reports it as skipped.  The reason must be true of this machine.
[[noreturn]] void skip(std::string reason);

void record_failure(Place place, std::string_view text);
bool has_failed();

// Runs `body`, records its exceptions, and returns whether it succeeded.
enum class Verdict { Passed = 0, Failed = 1, Skipped = 2 };
Verdict run_guarded(const std::function<void()>& body, std::string& skip_reason);

// Writes one "# ..." diagnostic line.
void note(std::string_view text);

// Whether the kernel checks every step it takes (KASAN, lockdep, kmemleak).  It is some ten times slower then,
// and keeps freed memory for a long time before it uses it again.
bool is_kernel_watched();

// `count`, or less on a slow kernel (one with sanitizers): how often to repeat a step.
int affordable(int count);

// How long one test may take before it counts as hung.  Never a judgement of speed: the default
// is far above the need of the slowest kernel, and a program with longer tests raises it.
void set_time_limit(int seconds);

// Runs the registered tests and returns the exit status of the program.
// Arguments: names of the tests to run (default: all), or --list.
int run_tests(const std::vector<std::string>& arguments);
int run_tests(int argc, char** argv);

template <class T>
void print_value(std::ostream& out, const T& value)
{
    if constexpr (std::same_as<T, bool>)
        out << (value ? "true" : "false");
    else if constexpr (std::is_enum_v<T>)
        out << static_cast<long>(value);
    else if constexpr (std::convertible_to<const T&, std::string_view>)
        out << '"' << std::string_view { value }.substr(0, 200) << '"';
    else if constexpr (requires { out << value; })
        out << value;
    else
        out << "(a value that cannot be printed)";
}

template <class A, class B>
bool same(const A& a, const B& b)
{
    constexpr bool plain_numbers =
        std::integral<
            A> && std::integral<B> && !std::same_as<A, bool> && !std::same_as<B, bool> && !std::same_as<A, char> && !std::same_as<B, char>;
    if constexpr (plain_numbers)
        return std::cmp_equal(a, b);
    else
        return a == b;
}

inline bool check(Place place, const char* text, bool truth)
{
    if (!truth)
        record_failure(place, std::string { text } + ", expected true got false");
    return truth;
}

template <class A, class B>
bool check_equal(Place place, const char* text, const A& actual, const B& expected)
{
    if (same(actual, expected))
        return true;
    std::ostringstream out;
    out << text << ", expected ";
    print_value(out, expected);
    out << " got ";
    print_value(out, actual);
    record_failure(place, out.str());
    return false;
}

inline bool check_error(Place place, const char* text, Outcome outcome, int error)
{
    return check_equal(place, text, outcome, Outcome::failure(error));
}

inline bool check_success(Place place, const char* text, Outcome outcome)
{
    if (outcome.ok())
        return true;
    std::ostringstream out;
    out << text << ", expected success got " << outcome;
    record_failure(place, out.str());
    return false;
}

inline void require(bool truth)
{
    if (!truth)
        throw LeaveTest {};
}

inline long require_success(Place place, const char* text, Outcome outcome)
{
    require(check_success(place, text, outcome));
    return outcome.value();
}

} // namespace harness

#define HERE (::harness::Place { __FILE__, __LINE__ })

#define TEST(name)                                                                                 \
    static void name();                                                                            \
    static const ::harness::Registration registration_##name { #name, name };                      \
    static void name()

// Each EXPECT* is also a bool: whether the expectation held.
#define EXPECT(truth) ::harness::check(HERE, #truth, (truth))
#define EXPECT_EQ(actual, expected) ::harness::check_equal(HERE, #actual, (actual), (expected))
#define EXPECT_ERR(outcome, error) ::harness::check_error(HERE, #outcome, (outcome), (error))
#define EXPECT_OK(outcome) ::harness::check_success(HERE, #outcome, (outcome))

#define REQUIRE(truth) ::harness::require(EXPECT(truth))
#define REQUIRE_EQ(actual, expected) ::harness::require(EXPECT_EQ(actual, expected))
#define REQUIRE_ERR(outcome, error) ::harness::require(EXPECT_ERR(outcome, error))
// Gives the value of the successful call.
#define REQUIRE_OK(outcome) ::harness::require_success(HERE, #outcome, (outcome))
