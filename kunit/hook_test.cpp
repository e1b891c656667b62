// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_hook: intercepting kernel functions, all or none.  The functions are system calls
 * that no task makes during the test.
 */
#include "test.hpp"

#include <intercept/places.h>
#include <mem/heap.hpp>
#include <os/interception.hpp>
#include <base/poison.hpp>

/* nowhere.S of the architecture, src/intercept/: entered as by a direct call, it continues with the function. */
extern "C" void sysvipc_enter_nowhere();

namespace sysvipc {

namespace {

/* As a kprobe enters, in place of the function. */
void nowhere() noexcept { }

/* The kernel's entry functions of the calls: k_native_msgget, ... */
#define CALL(abi, name, function, number) constexpr const char* k_##abi##_##name = #function;
#include <arch/calls.def>

constexpr const char* kOne[] { k_native_msgget };
constexpr const char* kTwo[] { k_native_semget, k_native_msgget };
constexpr const char* kOneOfTwo[] { k_native_semget };
constexpr const char* kHalfThere[] { k_native_msgget, "there_is_no_such_call" };
/* This one: src/intercept/armed.c. */
constexpr const char* kInAModule[] { "hooked_place" };

constexpr u32 kDirectCall = INTERCEPT_BY_DIRECT_CALL;
constexpr u32 kKprobe = INTERCEPT_BY_KPROBE;

/* Some functions, whose calls do nothing while it lives. */
class Hook : Pinned {
public:
    static void destroy(Hook* hook) noexcept { heap_destroy(hook); }
    ~Hook() { functions_.stop(); }

    /* @failed: the symbol that could not be intercepted. */
    template <usize N>
    [[nodiscard]] Errno attach(u32 means, const char* const (&symbols)[N],
                               const char*& failed) noexcept
    {
        for (usize i = 0; i < N; ++i)
            functions_.add({ .symbol = symbols[i],
                             .landing = sysvipc_enter_nowhere,
                             .landing_in_place = nowhere,
                             .is_wanted = nullptr,
                             .place = &places_[i],
                             .notice = nullptr,
                             .is_optional = false,
                             .loss = "" });
        return functions_.start(means, failed).error();
    }

private:
    unsigned long places_[2] {};
    unsigned long trial_place_ { 0 };
    bool trial_hit_ { false };
    unsigned char marks_[MARK_COUNT] {};
    Interceptions functions_ { sysvipc_enter_nowhere, sysvipc_enter_nowhere, marks_, &trial_place_,
                               &trial_hit_ };
};

struct HookTest : Fixture {
    using Fixture::Fixture;

    /* Intercepts @symbols for as long as the result lives. */
    template <usize N>
    [[nodiscard]] Box<Hook> hooked(u32 means, const char* const (&symbols)[N],
                                   Errno expected) noexcept
    {
        Result<Box<Hook>> hook = heap_create<Hook>();
        if (!hook.ok()) {
            EXPECT(hook.ok());
            return {};
        }
        Box<Hook> made = hook.take();
        EXPECT_EQ(made->attach(means, symbols, failed), expected);
        return made;
    }
    template <usize N>
    void attach(u32 means, const char* const (&symbols)[N], Errno expected) noexcept
    {
        static_cast<void>(hooked(means, symbols, expected));
    }
    /* The error of a direct call: @error if the kernel has direct calls, otherwise EOPNOTSUPP. */
    [[nodiscard]] static Errno if_direct(Errno error) noexcept
    {
        return host_kunit_has_direct_calls() ? error : Errno::EOPNOTSUPP;
    }

    static constexpr Errno kNone {};
    const char* failed { nullptr };
};

} // namespace

TEST_CASE(HookTest, a_missing_function_is_enoent_and_is_named)
{
    attach(kKprobe, kHalfThere, Errno::ENOENT);
    EXPECT_EQ(failed, kHalfThere[1]);
    attach(kDirectCall, kHalfThere, if_direct(Errno::ENOENT));
    EXPECT_EQ(failed, kHalfThere[host_kunit_has_direct_calls() ? 1 : 0]);
}

TEST_CASE(HookTest, a_function_of_a_module_is_enoent)
{
    attach(kKprobe, kInAModule, Errno::ENOENT);
    attach(kDirectCall, kInAModule, if_direct(Errno::ENOENT));
    attach(kKprobe, kOne, kNone);
}

TEST_CASE(HookTest, a_function_that_is_hooked_already_is_ebusy)
{
    {
        const Box<Hook> first = hooked(kDirectCall, kOne, if_direct(kNone));
        attach(kDirectCall, kOne, if_direct(Errno::EBUSY));
    }
    attach(kDirectCall, kOne, if_direct(kNone));
}

TEST_CASE(HookTest, a_probed_function_refuses_a_direct_call)
{
    /* Not where the probe is at another instruction than ftrace. */
    const Errno refusal = host_kunit_probes_use_ftrace() ? Errno::EBUSY : kNone;
    {
        const Box<Hook> first = hooked(kKprobe, kOne, kNone);
        attach(kDirectCall, kTwo, if_direct(refusal));
    }
    attach(kDirectCall, kTwo, if_direct(kNone));
}

TEST_CASE(HookTest, a_hook_that_failed_leaves_no_function_hooked)
{
    attach(kDirectCall, kHalfThere, if_direct(Errno::ENOENT));
    attach(kKprobe, kHalfThere, Errno::ENOENT);
    const Box<Hook> first = hooked(kDirectCall, kOne, if_direct(kNone));
    attach(kDirectCall, kTwo, if_direct(Errno::EBUSY));
    attach(kDirectCall, kOneOfTwo, if_direct(kNone));
}

} // namespace sysvipc
