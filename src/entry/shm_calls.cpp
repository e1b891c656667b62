// SPDX-License-Identifier: GPL-2.0
/* Entry points of the shared memory calls: registers to typed arguments, results to long. */
#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <shm/shm_segment.hpp>
#include <base/poison.hpp>

namespace sysvipc {

extern "C" {

long sysvipc_call_shmget(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return shmget(ns, Key { call.integer(0) }, call.word(1), call.flags(2));
    });
}

long sysvipc_call_shmat(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return shmat(ns, IpcId { call.integer(0) }, call.word(1), call.flags(2), abi::kShmlba);
    });
}

long sysvipc_call_shmdt(const kapi_regs* regs) noexcept
{
    return inside([&] { return to_syscall(shmdt(CallRegisters { regs }.word(0))); });
}

long sysvipc_call_shmctl(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return shmctl(ns, IpcId { call.integer(0) }, call.integer(1), UserAddress { call.word(2) });
    });
}

} // extern "C"

} // namespace sysvipc
