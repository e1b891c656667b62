// SPDX-License-Identifier: GPL-2.0
/* What every system call begins and ends with. */
#pragma once

#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <ns/namespaces.hpp>
#include <os/kernel.hpp>

namespace sysvipc {

/*
 * What is taken over is served from one moment on: until it is known whether loading succeeds, calls wait,
 * for objects made by the kernel's own code then would be lost, as would ours if it fails.  False: they go
 * on into that code.
 */
[[nodiscard]] inline bool is_ours_to_serve() noexcept
{
    if (!Kernel::has_sysvipc() || Namespaces::is_serving()) [[likely]]
        return true;
    return Namespaces::wait_until_decided();
}

/*
 * Calls @call(namespace of the current task), which is counted as inside; the register's value.
 * Errors besides those of @call: ENOMEM, for the first call in a namespace of the kernel's.
 */
template <class Call>
[[nodiscard]] inline long in_namespace(const Call& call) noexcept
{
    if (!is_ours_to_serve()) [[unlikely]]
        return to_syscall(Errno::NotImplemented);
    Result<IpcNamespace*> ns = Namespaces::current();
    if (!ns.ok()) [[unlikely]]
        return to_syscall(ns.error());
    return to_syscall(call(*ns.take()));
}

/* The same with the arguments in @regs, counted as inside. */
template <class Call>
[[nodiscard]] inline long serve(const kapi_regs* regs, const Call& call) noexcept
{
    const CallGate::Pass pass { call_gate };
    return in_namespace([&](IpcNamespace& ns) { return call(ns, CallRegisters { regs }); });
}

} // namespace sysvipc
