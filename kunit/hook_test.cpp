// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_hook: redirecting kernel functions, all or none.  The functions are system calls
 * that no task makes meanwhile.
 */
#include "test.hpp"

#include <os/function_hook.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

void nowhere() noexcept { }

constexpr const char* kOne[] { "__x64_sys_msgget" };
constexpr const char* kTwo[] { "__x64_sys_semget", "__x64_sys_msgget" };
constexpr const char* kOneOfTwo[] { "__x64_sys_semget" };
constexpr const char* kHalfThere[] { "__x64_sys_msgget", "__x64_sys_there_is_no_such_call" };
/* This one: src/intercept/armed.c. */
constexpr const char* kInAModule[] { "hooked_place" };

using Means = FunctionHook::Means;

struct HookTest : Fixture {
    using Fixture::Fixture;
    ~HookTest()
    {
        first.detach();
        second.detach();
    }

    template <usize N>
    [[nodiscard]] Errno attach(FunctionHook& hook, Means means,
                               const char* const (&symbols)[N]) noexcept
    {
        return hook.attach(means, symbols, N, nowhere, nullptr, failed).error();
    }
    /* The error of a direct call: @error if the kernel has direct calls, otherwise EOPNOTSUPP. */
    [[nodiscard]] static Errno if_direct(Errno error) noexcept
    {
        return host_kunit_has_direct_calls() ? error : Errno::EOPNOTSUPP;
    }

    static constexpr Errno kNone {};
    FunctionHook first;
    FunctionHook second;
    u32 failed { 0 };
};

} // namespace

TEST_CASE(HookTest, a_missing_function_is_enoent_and_is_named)
{
    EXPECT_EQ(attach(first, Means::Kprobe, kHalfThere), Errno::ENOENT);
    EXPECT_EQ(failed, 1);
    failed = 0;
    EXPECT_EQ(attach(first, Means::DirectCall, kHalfThere), if_direct(Errno::ENOENT));
    EXPECT_EQ(failed, host_kunit_has_direct_calls() ? 1 : 0);
}

TEST_CASE(HookTest, a_function_of_a_module_is_enoent)
{
    EXPECT_EQ(attach(first, Means::Kprobe, kInAModule), Errno::ENOENT);
    EXPECT_EQ(attach(first, Means::DirectCall, kInAModule), if_direct(Errno::ENOENT));
    EXPECT_EQ(attach(first, Means::Kprobe, kOne), kNone);
}

TEST_CASE(HookTest, a_function_that_is_hooked_already_is_ebusy)
{
    EXPECT_EQ(attach(first, Means::DirectCall, kOne), if_direct(kNone));
    EXPECT_EQ(attach(second, Means::DirectCall, kOne), if_direct(Errno::EBUSY));
    first.detach();
    EXPECT_EQ(attach(second, Means::DirectCall, kOne), if_direct(kNone));
}

TEST_CASE(HookTest, a_probed_function_refuses_a_direct_call)
{
    EXPECT_EQ(attach(first, Means::Kprobe, kOne), kNone);
    EXPECT_EQ(attach(second, Means::DirectCall, kTwo), if_direct(Errno::EBUSY));
    first.detach();
    EXPECT_EQ(attach(second, Means::DirectCall, kTwo), if_direct(kNone));
}

TEST_CASE(HookTest, a_hook_that_failed_leaves_no_function_hooked)
{
    EXPECT_EQ(attach(first, Means::DirectCall, kHalfThere), if_direct(Errno::ENOENT));
    EXPECT_EQ(attach(first, Means::Kprobe, kHalfThere), Errno::ENOENT);
    EXPECT_EQ(attach(first, Means::DirectCall, kOne), if_direct(kNone));
    EXPECT_EQ(attach(second, Means::DirectCall, kTwo), if_direct(Errno::EBUSY));
    EXPECT_EQ(attach(second, Means::DirectCall, kOneOfTwo), if_direct(kNone));
}

} // namespace sysvipc
