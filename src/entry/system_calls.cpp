// SPDX-License-Identifier: GPL-2.0
/* The intercepted system calls (contracts: include/entry/system_calls.hpp). */
#include <entry/system_calls.hpp>

#include <os/kernel.hpp>
#include <os/log.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr const char* kCalls[] {
#define CALL(abi, name, function, number) CALL_##abi(name)
#define CALL_native(name) #name,
#define CALL_compat(name)
#include <arch/calls.def>
#undef CALL_native
#undef CALL_compat
};

} // namespace

bool is_system_call(const Interception& interception) noexcept
{
    return interception.landing == sysvipc_enter_call;
}

void log_system_calls(const char* means) noexcept
{
    LogLine names;
    for (const char* call : kCalls)
        names.character(' ').string(call);
    log_info(Kernel::has_sysvipc() ? "took over" : "provides", names,
             Kernel::has_compat() ? " for 64-bit and 32-bit programs" : "", " by ", means);
}

} // namespace sysvipc
