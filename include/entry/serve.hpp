// SPDX-License-Identifier: GPL-2.0
/* The prologue and epilogue common to all system calls. */
#pragma once

#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <ns/namespaces.hpp>
#include <os/call_registers.hpp>
#include <os/kernel.hpp>

namespace sysvipc {

/*
 * Calls are served from one moment on, when it is known that loading succeeds: before it nothing keeps the
 * module from being given up, which a call that sleeps would hold up.  What is taken over waits until then,
 * for objects made by the kernel's own code meanwhile would be lost.
 * Errors: ENOSYS (the call is not there, or goes on into that code), ERESTARTNOINTR (a signal while it waits).
 */
[[nodiscard]] inline Result<void> check_is_served() noexcept
{
    if (Namespaces::is_serving()) [[likely]]
        return {};
    if (!Kernel::has_sysvipc())
        return Errno::ENOSYS;
    return Namespaces::wait_until_serving();
}

/*
 * Calls @call(namespace of the current task), which is counted as inside; the register's value.
 * Errors besides those of @call: ENOMEM, for the first call in a namespace of the kernel's.
 */
template <class Call>
[[nodiscard]] inline long in_namespace(const Call& call) noexcept
{
    if (Result<void> served = check_is_served(); !served.ok()) [[unlikely]]
        return to_syscall(served.error());
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
