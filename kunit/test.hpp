// SPDX-License-Identifier: GPL-2.0
/*
 * How to write a KUnit case in C++.
 *
 *     struct IdTableTest : Fixture { ... };
 *     TEST_CASE(IdTableTest, publish_beyond_the_limit_is_enospc) { EXPECT(...); }
 *
 * Each case has its own fixture, whose destructor cleans up.  EXPECT* records a failure and
 * continues; REQUIRE returns the value of its Result, or records a failure and returns from the
 * case, so that destructors run (as TRY, only as a whole statement or initialiser).  The case must
 * also be listed in suites.def: without that it has no declaration and does not compile; if it is
 * only listed, it does not link.
 *
 * Expectations belong to the case's own thread: other threads record for it (threads.hpp).
 */
#pragma once

#include <base/result.hpp>
#include <base/strong.hpp>
#include <initializer_list>
#include <host/kunit.h>
#include <rules/ipc_id.hpp>

namespace sysvipc {

extern "C" {
#define SUITE(area, cases) cases
#define CASE(sentence) void sysvipc_case_##sentence(kapi_kunit* test) noexcept;
#include "suites.def"
#undef CASE
#undef SUITE
}

class Fixture : Pinned {
public:
    explicit Fixture(kapi_kunit* test) noexcept : test_(test) { }
    /* A fixture reports a failure of its construction by its own. */
    [[nodiscard]] bool is_ready() const noexcept { return true; }
    /* How many rounds of @rounds to go: fewer in a kernel made to find faults, which is slow. */
    [[nodiscard]] static u32 affordable(u32 rounds) noexcept
    {
        return host_kunit_affordable(rounds);
    }

protected:
    kapi_kunit* const test_;
};

/* The number that a failed EXPECT_EQ prints. */
template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
[[nodiscard]] constexpr i64 as_number(T value) noexcept
{
    return static_cast<i64>(value);
}
template <class T, class Tag>
[[nodiscard]] constexpr i64 as_number(Strong<T, Tag> value) noexcept
{
    return static_cast<i64>(value.value());
}
[[nodiscard]] constexpr i64 as_number(IpcId id) noexcept
{
    return id.value();
}
[[nodiscard]] inline i64 as_number(const void* pointer) noexcept
{
    return static_cast<i64>(reinterpret_cast<std::uintptr_t>(pointer));
}

/* The return value that a system call would have. */
template <class T>
[[nodiscard]] i64 answer_of(Result<T> result) noexcept
{
    return result.ok() ? as_number(result.take()) : to_syscall(result.error());
}

/* The test and the value of REQUIRE, for a result and for a condition. */
template <class T>
[[nodiscard]] bool is_there(const Result<T>& result) noexcept
{
    return result.ok();
}
template <class T>
[[nodiscard]] bool is_there(const T& value) noexcept
{
    return static_cast<bool>(value);
}
template <class T>
T value_of(Result<T>& result) noexcept
{
    return result.take();
}
template <class T>
void value_of(const T&) noexcept
{
}

template <class Case>
void run_case(kapi_kunit* test) noexcept
{
    Case body { test };
    if (host_kunit_expect(test, body.is_ready(), "the fixture is ready", __FILE__, __LINE__))
        body.run();
}

} // namespace sysvipc

#define TEST_CASE(FixtureType, sentence)                                                           \
    namespace {                                                                                    \
    struct sentence final : FixtureType {                                                          \
        using FixtureType::FixtureType;                                                            \
        void run() noexcept;                                                                       \
    };                                                                                             \
    }                                                                                              \
    extern "C" void sysvipc_case_##sentence(kapi_kunit* test) noexcept                             \
    {                                                                                              \
        run_case<sentence>(test);                                                                  \
    }                                                                                              \
    void sentence::run() noexcept

#define EXPECT(condition)                                                                          \
    host_kunit_expect(test_, static_cast<bool>(condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(left, right)                                                                     \
    host_kunit_expect_equal(test_, as_number(left), as_number(right), #left " == " #right,         \
                            __FILE__, __LINE__)
#define EXPECT_VALUE(result, expected)                                                             \
    host_kunit_expect_equal(test_, answer_of(result), as_number(expected),                         \
                            #result " gives " #expected, __FILE__, __LINE__)
#define EXPECT_ERR(result, expected)                                                               \
    host_kunit_expect_equal(test_, as_number((result).error()), as_number(expected),               \
                            #result " fails with " #expected, __FILE__, __LINE__)
#define REQUIRE(expression)                                                                        \
    ({                                                                                             \
        auto&& required_ = (expression);                                                           \
        if (!host_kunit_expect(test_, is_there(required_), #expression, __FILE__, __LINE__))       \
            return;                                                                                \
        value_of(required_);                                                                       \
    })
