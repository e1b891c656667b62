// SPDX-License-Identifier: GPL-2.0
/* What every system call begins and ends with. */
#pragma once

#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <ns/namespaces.hpp>
#include <os/kernel.hpp>

namespace sysvipc {

/*
 * Calls @call(namespace of the current task); the register's value.
 * Errors besides those of @call: ENOMEM, for the first call in a namespace of the kernel's.
 */
template <class Call>
[[nodiscard]] inline long in_namespace(const Call& call) noexcept
{
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
