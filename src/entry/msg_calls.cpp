// SPDX-License-Identifier: GPL-2.0
/* Entry points of the message queue calls: registers to typed arguments, results to a long. */
#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <entry/system_calls.hpp>
#include <msg/msg_queue.hpp>
#include <os/kernel.hpp>
#include <base/poison.hpp>

namespace sysvipc {

extern "C" {

ENTRY_POINT long sysvipc_call_msgget(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_msgsnd(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_msgrcv(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_msgctl(const kapi_regs* regs) noexcept;

long sysvipc_call_msgget(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(msgget(IpcNamespace::current(), Key { call.integer(0) }, call.flags(1)));
}

long sysvipc_call_msgsnd(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(msgsnd(IpcNamespace::current(), IpcId { call.integer(0) },
                             UserAddress { call.word(1) }, call.word(2), call.flags(3)));
}

long sysvipc_call_msgrcv(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(msgrcv(IpcNamespace::current(), IpcId { call.integer(0) },
                             UserAddress { call.word(1) }, call.word(2),
                             static_cast<i64>(call.word(3)), call.flags(4)));
}

long sysvipc_call_msgctl(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(msgctl(IpcNamespace::current(), IpcId { call.integer(0) }, call.integer(1),
                             UserAddress { call.word(2) }));
}

} // extern "C"

} // namespace sysvipc
