// SPDX-License-Identifier: GPL-2.0
/* Hooking the system calls (contracts: include/entry/system_calls.hpp). */
#include <entry/system_calls.hpp>

#include <os/kernel.hpp>
#include <base/poison.hpp>

/* trampoline_x86_64.S */
extern "C" void sysvipc_enter();
extern "C" void sysvipc_enter_ia32();

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

/* The same for 32-bit programs, which have no semop of its own: src/entry/ia32_calls.cpp. */
constexpr const char* kIa32Symbols[] {
    "__ia32_compat_sys_ipc",    "__ia32_sys_msgget",        "__ia32_compat_sys_msgsnd",
    "__ia32_compat_sys_msgrcv", "__ia32_compat_sys_msgctl", "__ia32_sys_semget",
    "__ia32_sys_semtimedop",    "__ia32_compat_sys_semctl", "__ia32_sys_shmget",
    "__ia32_compat_sys_shmat",  "__ia32_sys_shmdt",         "__ia32_compat_sys_shmctl",
};

constinit FunctionHook hook;
constinit FunctionHook ia32_hook; /* attached where the kernel runs 32-bit programs */

void log_success() noexcept
{
    LogLine line;
    line.string(Kernel::has_sysvipc() ? "took over" : "provides");
    for (const char* symbol : kSymbols)
        line.character(' ').string(symbol + kPrefixLength);
    line.string(Kernel::has_ia32() ? " for 64-bit and 32-bit programs" : "");
    log_info(line.string(" by ftrace direct calls"));
}

/* All functions in @symbols, or none; a log line if none.  Errors: as FunctionHook::attach(). */
template <usize N>
Result<void> attach(FunctionHook& to, const char* const (&symbols)[N],
                    void (*trampoline)()) noexcept
{
    u32 failed = 0;
    Result<void> attached = to.attach(symbols, trampoline, failed);
    if (attached.ok())
        return {};
    LogLine line;
    log_error(line.string("cannot hook ")
                  .string(attached.error() == Errno::NoEntry ? symbols[failed] : "the system calls")
                  .string(": error ")
                  .signed_decimal(to_syscall(attached.error()), 0)
                  .string("; nothing is provided"));
    return attached;
}

Result<void> attach_ia32() noexcept
{
    if (!Kernel::has_ia32())
        return {};
    return attach(ia32_hook, kIa32Symbols, sysvipc_enter_ia32);
}

} // namespace

Result<void> attach_system_calls() noexcept
{
    TRY(attach(hook, kSymbols, sysvipc_enter));
    Result<void> attached = attach_ia32();
    if (attached.ok())
        log_success();
    else
        hook.detach();
    return attached;
}

void detach_system_calls() noexcept
{
    ia32_hook.detach();
    hook.detach();
}

} // namespace sysvipc
