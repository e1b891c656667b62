// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls this module serves: where each enters, and hooking them all or none.
 *
 * A hook sends the kernel's own entry function of a call to a trampoline (assembly), which jumps to
 * ours in its place, with the same argument: the caller's registers.  It is a direct call of ftrace's,
 * or else a kprobe; the parameter attach= may ask for one of the two.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/* Whether there is such a way as the parameter attach= asks for. */
[[nodiscard]] bool is_way_to_attach_known() noexcept;
/*
 * Hooks every call.  On failure none stays hooked, and log lines tell why.
 * Errors: ENOENT, EBUSY, ENOMEM, EOPNOTSUPP as FunctionHook::attach(); EBUSY where kprobes are switched off.
 * Sleeps.
 */
[[nodiscard]] Result<void> attach_system_calls() noexcept;
/* The log line that says so, once they are served. */
void log_system_calls() noexcept;
/* The calls go where they went before; tasks inside are not waited for.  Sleeps. */
void detach_system_calls() noexcept;

} // namespace sysvipc
