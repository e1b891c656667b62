// SPDX-License-Identifier: GPL-2.0
/* Entry points of the semaphore calls: registers to typed arguments, results to long. */
#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <sem/sem_set.hpp>
#include <base/poison.hpp>

namespace sysvipc {

extern "C" {

long sysvipc_call_semget(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return semget(ns, Key { call.integer(0) }, call.integer(1), call.flags(2));
    });
}

long sysvipc_call_semop(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return semop(ns, IpcId { call.integer(0) }, UserAddress { call.word(1) }, call.flags(2));
    });
}

long sysvipc_call_semtimedop(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return semtimedop(ns, IpcId { call.integer(0) }, UserAddress { call.word(1) },
                          call.flags(2), UserAddress { call.word(3) });
    });
}

long sysvipc_call_semctl(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return semctl(ns, IpcId { call.integer(0) }, call.integer(1), call.integer(2),
                      call.word(3));
    });
}

} // extern "C"

} // namespace sysvipc
