// SPDX-License-Identifier: GPL-2.0
/* Hooking the system calls (contracts: include/entry/system_calls.hpp). */
#include <entry/system_calls.hpp>

#include <os/kernel.hpp>
#include <base/poison.hpp>

/* trampoline_x86_64.S */
extern "C" void sysvipc_enter();
extern "C" void sysvipc_enter_in_place();

namespace sysvipc {

namespace {

/*
 * The kernel's entry functions of the calls, where they take the registers of a 64-bit program.  The
 * trampoline knows the same calls.
 */
#define SYMBOL_PREFIX "__x64_sys_"
constexpr const char* kSymbols[] {
    SYMBOL_PREFIX "msgget",     SYMBOL_PREFIX "msgsnd", SYMBOL_PREFIX "msgrcv",
    SYMBOL_PREFIX "msgctl",     SYMBOL_PREFIX "semget", SYMBOL_PREFIX "semop",
    SYMBOL_PREFIX "semtimedop", SYMBOL_PREFIX "semctl", SYMBOL_PREFIX "shmget",
    SYMBOL_PREFIX "shmat",      SYMBOL_PREFIX "shmdt",  SYMBOL_PREFIX "shmctl",
};
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

bool is_to_be_tried(const Way& way) noexcept
{
    return Kernel::is_to_attach("auto") || Kernel::is_to_attach(way.parameter);
}

Result<void> attach(const Way& way) noexcept
{
    u32 failed = 0;
    Result<void> attached = hook.attach(way.means, kSymbols, way.trampoline, failed);
    LogLine line;
    if (attached.ok()) {
        line.string(Kernel::has_sysvipc() ? "took over" : "provides");
        for (const char* symbol : kSymbols)
            line.character(' ').string(symbol + kPrefixLength);
        log_info(line.string(" by ").string(way.name));
    } else if (attached.error() == Errno::NotSupported) {
        log_info(line.string("this kernel has no ").string(way.name));
    } else {
        const bool is_missing = attached.error() == Errno::NoEntry;
        log_error(line.string("cannot hook ")
                      .string(is_missing ? kSymbols[failed] : "the system calls")
                      .string(" by ")
                      .string(way.name)
                      .string(": error ")
                      .signed_decimal(to_syscall(attached.error()), 0));
    }
    return attached;
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
    Errno error = Errno::NotSupported;
    for (const Way& way : kWays) {
        if (!is_to_be_tried(way))
            continue;
        const Result<void> attached = attach(way);
        if (attached.ok())
            return {};
        error = attached.error();
    }
    LogLine line;
    log_error(line.string("nothing is provided"));
    return error;
}

void detach_system_calls() noexcept
{
    hook.detach();
}

} // namespace sysvipc
