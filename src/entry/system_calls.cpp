// SPDX-License-Identifier: GPL-2.0
/* The intercepted system calls (contracts: include/entry/system_calls.hpp). */
#include <entry/system_calls.hpp>

#include <os/kernel.hpp>
#include <os/log.hpp>
#include <base/poison.hpp>

/* calls.S and landings.S of the architecture, src/intercept/ */
extern "C" {
#define CALL(abi, name, function, number)                                                          \
    void sysvipc_enter_##abi##_##name##_in_place();                                                \
    extern unsigned long sysvipc_at_##abi##_##name;
#include <arch/calls.def>
}

namespace sysvipc {

namespace {

enum class Abi : u8 { native, compat };

struct Call {
    Abi abi;
    const char* name;
    const char* symbol;
    void (*landing_in_place)();
    unsigned long* place;
};

constexpr Call kCalls[] {
#define CALL(abi, name, function, number)                                                          \
    { Abi::abi, #name, #function, sysvipc_enter_##abi##_##name##_in_place,                         \
      &sysvipc_at_##abi##_##name },
#include <arch/calls.def>
};

constexpr const char* kLoss = "no System V IPC call gets here";

bool can_be_made(const Call& call) noexcept
{
    return call.abi == Abi::native || Kernel::has_compat();
}

} // namespace

void add_system_calls(Interceptions& interceptions) noexcept
{
    for (const Call& call : kCalls) {
        if (can_be_made(call))
            interceptions.add({ .symbol = call.symbol,
                                .landing = sysvipc_enter_call,
                                .landing_in_place = call.landing_in_place,
                                .is_wanted = nullptr,
                                .place = call.place,
                                .is_optional = false,
                                .loss = kLoss });
    }
}

bool is_system_call(const Interception& interception) noexcept
{
    return interception.landing == sysvipc_enter_call;
}

void log_system_calls(const char* means) noexcept
{
    LogLine names;
    for (const Call& call : kCalls) {
        if (call.abi == Abi::native)
            names.character(' ').string(call.name);
    }
    log_info(Kernel::has_sysvipc() ? "took over" : "provides", names,
             Kernel::has_compat() ? " for 64-bit and 32-bit programs" : "", " by ", means);
}

} // namespace sysvipc
