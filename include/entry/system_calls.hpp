// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls this module serves: where each enters, and hooking them all or none.
 *
 * A hook sends the kernel's own entry function of a call to a trampoline (assembly), which drops
 * the return address into that function and jumps to ours, with the same argument: the caller's
 * registers.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * Hooks every call, and writes one log line about it.  On failure none stays hooked.
 * Errors: ENOENT, EBUSY, ENOMEM, EOPNOTSUPP as FunctionHook::attach().  Sleeps.
 */
[[nodiscard]] Result<void> attach_system_calls() noexcept;
/* The calls go where they went before; tasks inside are not waited for.  Sleeps. */
void detach_system_calls() noexcept;

} // namespace sysvipc
