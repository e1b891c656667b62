// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls that this module serves, as interceptions: the kernel's entry function of each call enters
 * a landing (assembly), which jumps to our function with the same argument: the program's registers.
 * The module serves all calls, or none.
 */
#pragma once

#include <os/interception.hpp>

extern "C" void sysvipc_enter_call(); /* the landing of all calls: calls.S of the architecture */

namespace sysvipc {

[[nodiscard]] bool is_system_call(const Interception& interception) noexcept;
/* Logs which calls are served, and by which @means they are intercepted. */
void log_system_calls(const char* means) noexcept;

} // namespace sysvipc
