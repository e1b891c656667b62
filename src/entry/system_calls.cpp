// SPDX-License-Identifier: GPL-2.0
/* Hooking the system calls (contracts: include/entry/system_calls.hpp). */
#include <entry/system_calls.hpp>

#include <os/armed.hpp>
#include <os/function_hook.hpp>
#include <os/kernel.hpp>
#include <os/log.hpp>
#include <os/parameters.hpp>
#include <base/poison.hpp>

/* src/intercept/trampoline_x86_64.S */
extern "C" {
void sysvipc_enter();
#define CALL(function, name)                                                                       \
    void sysvipc_enter_##name##_in_place();                                                        \
    extern unsigned long sysvipc_at_##name;
#include <intercept/calls.def>
#undef CALL
}

namespace sysvipc {

namespace {

constexpr const char* kSymbols[] {
#define CALL(function, name) #function,
#include <intercept/calls.def>
#undef CALL
};
constexpr kapi_landing kLandings[] {
#define CALL(function, name) { sysvipc_enter_##name##_in_place, &sysvipc_at_##name },
#include <intercept/calls.def>
#undef CALL
};
constexpr u32 kNativeSymbols = 12;
constexpr u32 kAllSymbols = sizeof(kSymbols) / sizeof(kSymbols[0]);
constexpr usize kPrefixLength = sizeof("__x64_sys_") - 1;

constinit FunctionHook hook;

/* In order of preference. */
struct Way {
    const char* parameter;
    const char* name;
    FunctionHook::Means means;
};
constexpr Way kWays[] {
    { "ftrace", "ftrace direct calls", FunctionHook::Means::DirectCall },
    { "kprobe", "kprobes", FunctionHook::Means::Kprobe },
};

constinit const Way* way_taken = nullptr;

bool is_to_be_tried(const Way& way) noexcept
{
    return Parameters::is_attach("auto") || Parameters::is_attach(way.parameter);
}

/*
 * Kprobes serve kernels without direct calls, and functions that ftrace does not know.  Not calls
 * that another user has redirected, such as a BPF program, which may bypass a probe.  And running
 * out of memory is transient.
 */
bool is_next_to_be_tried(Errno error) noexcept
{
    return error == Errno::EOPNOTSUPP || error == Errno::ENOENT;
}

void log_failure(const Way& way, Errno error, const char* symbol) noexcept
{
    if (error == Errno::EOPNOTSUPP)
        log_info("this kernel has no ", way.name);
    else
        log_error("cannot hook ", error == Errno::ENOENT ? symbol : "the system calls", " by ",
                  way.name, ": ", error);
}

/* Kprobes can be registered while they are switched off, but are not hit then. */
Result<void> require_means(const Way& way) noexcept
{
    if (way.means != FunctionHook::Means::Kprobe)
        return {};
    Armed::depends_on_probes("no System V IPC call gets here");
    return Armed::require_probes();
}

Result<void> attach(const Way& way) noexcept
{
    const u32 count = Kernel::has_ia32() ? kAllSymbols : kNativeSymbols;
    u32 failed = 0;
    Result<void> attached =
        hook.attach(way.means, kSymbols, count, sysvipc_enter, kLandings, failed);
    if (!attached.ok()) {
        log_failure(way, attached.error(), kSymbols[failed]);
        return attached;
    }
    if (Result<void> usable = require_means(way); !usable.ok()) {
        hook.detach();
        return usable;
    }
    way_taken = &way;
    return {};
}

} // namespace

bool is_way_to_attach_known() noexcept
{
    for (const Way& way : kWays) {
        if (is_to_be_tried(way))
            return true;
    }
    return false;
}

Result<void> attach_system_calls() noexcept
{
    Errno error = Errno::EOPNOTSUPP;
    for (const Way& way : kWays) {
        if (!is_to_be_tried(way))
            continue;
        const Result<void> attached = attach(way);
        if (attached.ok())
            return {};
        error = attached.error();
        if (!is_next_to_be_tried(error))
            break;
    }
    log_error("nothing is provided");
    return error;
}

void log_system_calls() noexcept
{
    LogLine calls;
    for (u32 i = 0; i < kNativeSymbols; ++i)
        calls.character(' ').string(kSymbols[i] + kPrefixLength);
    log_info(Kernel::has_sysvipc() ? "took over" : "provides", calls,
             Kernel::has_ia32() ? " for 64-bit and 32-bit programs" : "", " by ", way_taken->name);
}

void describe_system_calls(TextPage& page) noexcept
{
    const u32 count = Kernel::has_ia32() ? kAllSymbols : kNativeSymbols;
    for (u32 i = 0; i < count; ++i) {
        Line<80> line;
        page.add(line.string(kSymbols[i]).string(": ").string(way_taken->name).character('\n'));
    }
}

void detach_system_calls() noexcept
{
    hook.detach();
}

} // namespace sysvipc
