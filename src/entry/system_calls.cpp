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
extern "C" void sysvipc_enter();
extern "C" void sysvipc_enter_in_place();

namespace sysvipc {

namespace {

/*
 * The kernel's entry functions of the calls, where they take the registers of a program; first those of
 * 64-bit programs.  32-bit ones have no semop of their own: src/entry/ia32_calls.cpp.  The trampoline
 * knows the same calls.
 */
#define SYMBOL_PREFIX "__x64_sys_"
constexpr const char* kSymbols[] {
    SYMBOL_PREFIX "msgget",     SYMBOL_PREFIX "msgsnd",     SYMBOL_PREFIX "msgrcv",
    SYMBOL_PREFIX "msgctl",     SYMBOL_PREFIX "semget",     SYMBOL_PREFIX "semop",
    SYMBOL_PREFIX "semtimedop", SYMBOL_PREFIX "semctl",     SYMBOL_PREFIX "shmget",
    SYMBOL_PREFIX "shmat",      SYMBOL_PREFIX "shmdt",      SYMBOL_PREFIX "shmctl",
    "__ia32_compat_sys_ipc",    "__ia32_sys_msgget",        "__ia32_compat_sys_msgsnd",
    "__ia32_compat_sys_msgrcv", "__ia32_compat_sys_msgctl", "__ia32_sys_semget",
    "__ia32_sys_semtimedop",    "__ia32_compat_sys_semctl", "__ia32_sys_shmget",
    "__ia32_compat_sys_shmat",  "__ia32_sys_shmdt",         "__ia32_compat_sys_shmctl",
};
constexpr u32 kNativeSymbols = 12;
constexpr u32 kAllSymbols = sizeof(kSymbols) / sizeof(kSymbols[0]);
constexpr usize kPrefixLength = sizeof(SYMBOL_PREFIX) - 1;

constinit FunctionHook hook;

/* The better ones first. */
struct Way {
    const char* parameter;
    const char* name;
    FunctionHook::Means means;
    void (*trampoline)();
};
constexpr Way kWays[] {
    { "ftrace", "ftrace direct calls", FunctionHook::Means::DirectCall, sysvipc_enter },
    { "kprobe", "kprobes", FunctionHook::Means::Kprobe, sysvipc_enter_in_place },
};

constinit const Way* way_taken = nullptr;

bool is_to_be_tried(const Way& way) noexcept
{
    return Parameters::is_attach("auto") || Parameters::is_attach(way.parameter);
}

/*
 * Kprobes are for kernels without direct calls, or for functions that ftrace does not know.  Not where somebody
 * else has one of the calls (a BPF program): he may go on past a probe.  And running out of memory is transient.
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

/* Kprobes can be registered while they are switched off, and are not hit then. */
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
    Result<void> attached = hook.attach(way.means, kSymbols, count, way.trampoline, failed);
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
