// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls this module serves: hooks all of them, or none.
 *
 * A hook redirects the kernel's entry function of a call to a trampoline (assembly), which jumps to our
 * function instead, with the same argument: the caller's registers.  Hooks are ftrace direct calls or,
 * failing that, kprobes; the parameter attach= can select one of the two.
 */
#pragma once

#include <base/result.hpp>
#include <base/text_page.hpp>

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
/* A line for each call: how it is reached. */
void describe_system_calls(TextPage& page) noexcept;
/* The calls go where they went before; tasks inside are not waited for.  Sleeps. */
void detach_system_calls() noexcept;

} // namespace sysvipc
