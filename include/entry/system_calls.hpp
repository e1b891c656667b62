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

/* Whether attach= names an existing way. */
[[nodiscard]] bool is_way_to_attach_known() noexcept;
/*
 * Hooks every call, or none; logs failures.
 * Errors: ENOENT, EBUSY, ENOMEM, EOPNOTSUPP as FunctionHook::attach(); EBUSY if kprobes are
 * switched off. Sleeps.
 */
[[nodiscard]] Result<void> attach_system_calls() noexcept;
/* Logs which calls are served, and how they are hooked. */
void log_system_calls() noexcept;
/* One line per call: how it is hooked. */
void describe_system_calls(TextPage& page) noexcept;
/* Restores the kernel's functions; does not wait for tasks inside.  Sleeps. */
void detach_system_calls() noexcept;

} // namespace sysvipc
