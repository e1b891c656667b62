// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_hook: sending kernel functions elsewhere, all or none.  The functions are system
 * calls that nobody makes meanwhile.
 */
#include "test.hpp"

#include <os/kernel.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

void nowhere() noexcept { }

constexpr const char* kOne[] { "__x64_sys_msgget" };
constexpr const char* kTwo[] { "__x64_sys_semget", "__x64_sys_msgget" };
constexpr const char* kOneOfTwo[] { "__x64_sys_semget" };
constexpr const char* kHalfThere[] { "__x64_sys_msgget", "__x64_sys_there_is_no_such_call" };

struct HookTest : Fixture {
    using Fixture::Fixture;
    ~HookTest()
    {
        first.detach();
        second.detach();
    }

    template <usize N>
    [[nodiscard]] Result<void> attach(FunctionHook& hook, const char* const (&symbols)[N]) noexcept
    {
        return hook.attach(symbols, nowhere, failed);
    }

    FunctionHook first;
    FunctionHook second;
    u32 failed { 0 };
};

} // namespace

TEST_CASE(HookTest, a_function_that_is_not_there_is_enoent_and_is_told)
{
    EXPECT_ERR(attach(first, kHalfThere), Errno::NoEntry);
    EXPECT_EQ(failed, 1);
}

TEST_CASE(HookTest, a_function_that_is_hooked_already_is_ebusy)
{
    EXPECT(attach(first, kOne).ok());
    EXPECT_ERR(attach(second, kOne), Errno::Busy);
    first.detach();
    EXPECT(attach(second, kOne).ok());
}

TEST_CASE(HookTest, a_hook_that_failed_leaves_no_function_hooked)
{
    EXPECT_ERR(attach(first, kHalfThere), Errno::NoEntry);
    EXPECT(attach(first, kOne).ok());
    EXPECT_ERR(attach(second, kTwo), Errno::Busy);
    EXPECT(attach(second, kOneOfTwo).ok());
}

} // namespace sysvipc
