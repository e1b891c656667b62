// SPDX-License-Identifier: GPL-2.0
/* Hooking the system calls (contracts: include/entry/system_calls.hpp). */
#include <entry/system_calls.hpp>

#include <os/kernel.hpp>
#include <base/poison.hpp>

/* trampoline_x86_64.S */
extern "C" void sysvipc_enter();

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

void log_failure(Errno error, u32 failed) noexcept
{
    LogLine line;
    log_error(line.string("cannot hook ")
                  .string(error == Errno::NoEntry ? kSymbols[failed] : "the system calls")
                  .string(": error ")
                  .signed_decimal(to_syscall(error), 0)
                  .string("; nothing is provided"));
}

void log_success() noexcept
{
    LogLine line;
    line.string(Kernel::has_sysvipc() ? "took over" : "provides");
    for (const char* symbol : kSymbols)
        line.character(' ').string(symbol + kPrefixLength);
    log_info(line.string(" by ftrace direct calls"));
}

} // namespace

Result<void> attach_system_calls() noexcept
{
    u32 failed = 0;
    Result<void> attached = hook.attach(kSymbols, sysvipc_enter, failed);
    if (attached.ok())
        log_success();
    else
        log_failure(attached.error(), failed);
    return attached;
}

void detach_system_calls() noexcept
{
    hook.detach();
}

} // namespace sysvipc
