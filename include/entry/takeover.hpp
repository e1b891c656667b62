// SPDX-License-Identifier: GPL-2.0
/*
 * Taking over from a kernel that has System V IPC of its own, besides its system calls: the files below
 * /proc/sysvipc show our objects, and a change of shm_rmid_forced reaches our segments.  Its limits and
 * next ids are used as they are (ns/limits.hpp).
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * Nothing where the kernel has none.  Where a function cannot be hooked its job stays the kernel's, which
 * a log line tells.  Errors: ENOMEM.  Sleeps.
 */
[[nodiscard]] Result<void> start_takeover() noexcept;
/* Everything is the kernel's own again; tasks inside are not waited for.  Sleeps. */
void stop_takeover() noexcept;

} // namespace sysvipc
