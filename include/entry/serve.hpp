// SPDX-License-Identifier: GPL-2.0
/* The prologue and epilogue common to all system calls. */
#pragma once

#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <ns/namespaces.hpp>
#include <os/call_registers.hpp>
#include <os/kernel.hpp>

namespace sysvipc {

/* Counts the current task as inside while it lives, if the module serves. */
class [[nodiscard]] Served : Pinned {
public:
    [[gnu::always_inline]] Served() noexcept
        : is_served_(call_gate.enter_if(Namespaces::is_serving))
    {
    }
    [[gnu::always_inline]] ~Served()
    {
        if (is_served_) [[likely]]
            call_gate.leave();
    }
    [[nodiscard]] explicit operator bool() const noexcept { return is_served_; }

private:
    const bool is_served_;
};

/*
 * No call is served before loading is certain to succeed: a call that sleeps would delay a failure of
 * loading.  Calls taken over from the kernel wait, because an object that the kernel's code created
 * meanwhile would be lost.
 * Errors: ENOSYS (the call fails, or continues in the kernel's code), ERESTARTNOINTR (a signal while
 * waiting).  Sleeps.
 */
COLD [[nodiscard, gnu::noinline]] Result<void> wait_until_served() noexcept;

/*
 * Calls @call with the current task counted as inside; returns its value, or -ENOSYS or
 * -ERESTARTNOINTR.
 */
template <class Call>
[[nodiscard]] inline long inside(const Call& call) noexcept
{
    for (;;) {
        if (const Served served; served) [[likely]]
            return call();
        if (Result<void> waited = wait_until_served(); !waited.ok())
            return to_syscall(waited.error());
    }
}

/*
 * Calls @call with the current task's namespace; returns the system call's return value.
 * Precondition: the task is inside.
 * Errors besides those of @call: ENOMEM, in the first call in a namespace.
 */
template <class Call>
[[nodiscard]] inline long in_namespace(const Call& call) noexcept
{
    Result<IpcNamespace*> ns = Namespaces::current();
    if (!ns.ok()) [[unlikely]]
        return to_syscall(ns.error());
    return to_syscall(call(*ns.take()));
}

/* in_namespace() for a call with its arguments in @regs. */
template <class Call>
[[nodiscard, gnu::noinline]] long serve_anywhere(const kapi_regs* regs, Call call) noexcept
{
    return in_namespace([&](IpcNamespace& ns) { return call(ns, CallRegisters { regs }); });
}
template <class Call>
COLD [[nodiscard, gnu::noinline]] long serve_later(const kapi_regs* regs, Call call) noexcept
{
    return inside([&] { return serve_anywhere(regs, call); });
}

/*
 * inside() and in_namespace() for a call with its arguments in @regs.  Nearly all calls are served at once,
 * and most in the initial namespace; other cases are out of line, so that the common one saves no registers.
 */
template <class Call>
[[nodiscard]] inline long serve(const kapi_regs* regs, Call call) noexcept
{
    const Served served;
    if (!served) [[unlikely]]
        return serve_later(regs, call);
    if (Namespaces::is_in_initial()) [[likely]]
        return to_syscall(call(Namespaces::initial(), CallRegisters { regs }));
    return serve_anywhere(regs, call);
}

} // namespace sysvipc
