// SPDX-License-Identifier: GPL-2.0
/* Entry points of the semaphore calls: registers to typed arguments, results to a long. */
#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <entry/system_calls.hpp>
#include <os/kernel.hpp>
#include <sem/sem_set.hpp>
#include <base/poison.hpp>

namespace sysvipc {

extern "C" {

ENTRY_POINT long sysvipc_call_semget(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semop(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semtimedop(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semctl(const kapi_regs* regs) noexcept;

long sysvipc_call_semget(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(
        semget(IpcNamespace::current(), Key { call.integer(0) }, call.integer(1), call.flags(2)));
}

long sysvipc_call_semop(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(semop(IpcNamespace::current(), IpcId { call.integer(0) },
                            UserAddress { call.word(1) }, call.flags(2)));
}

long sysvipc_call_semtimedop(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(semtimedop(IpcNamespace::current(), IpcId { call.integer(0) },
                                 UserAddress { call.word(1) }, call.flags(2),
                                 UserAddress { call.word(3) }));
}

long sysvipc_call_semctl(const kapi_regs* regs) noexcept
{
    const CallGate::Pass pass { call_gate };
    const CallRegisters call { regs };
    return to_syscall(semctl(IpcNamespace::current(), IpcId { call.integer(0) }, call.integer(1),
                             call.integer(2), call.word(3)));
}

} // extern "C"

} // namespace sysvipc
