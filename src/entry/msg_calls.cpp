// SPDX-License-Identifier: GPL-2.0
/* Entry points of the message queue calls: registers to typed arguments, results to long. */
#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <msg/msg_queue.hpp>
#include <base/poison.hpp>

namespace sysvipc {

extern "C" {

long sysvipc_call_msgget(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return msgget(ns, Key { call.integer(0) }, call.flags(1));
    });
}

long sysvipc_call_msgsnd(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return msgsnd(ns, IpcId { call.integer(0) }, UserAddress { call.word(1) }, call.word(2),
                      call.flags(3));
    });
}

long sysvipc_call_msgrcv(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return msgrcv(ns, IpcId { call.integer(0) }, UserAddress { call.word(1) }, call.word(2),
                      static_cast<i64>(call.word(3)), call.flags(4));
    });
}

long sysvipc_call_msgctl(const kapi_regs* regs) noexcept
{
    return serve(regs, [](IpcNamespace& ns, const CallRegisters& call) {
        return msgctl(ns, IpcId { call.integer(0) }, call.integer(1), UserAddress { call.word(2) });
    });
}

} // extern "C"

} // namespace sysvipc
