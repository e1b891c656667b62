// SPDX-License-Identifier: GPL-2.0
/*
 * Task events: what happens to a task's SEM_UNDO records and the segments it created when it is created,
 * exits, or leaves a namespace.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * New tasks are seen from now on; the rest is intercepted (entry/interceptions.hpp), and is before and longer.
 * A log line tells of a failure.  Errors: ENOENT when the kernel does not let us see them; ENOMEM.  Sleeps.
 */
[[nodiscard]] Result<void> start_task_events() noexcept;
/* Loading cannot fail any more, and nobody has been let make an object yet. */
void open_task_events() noexcept;
/* No new task is seen any more.  Sleeps. */
void stop_task_events() noexcept;

} // namespace sysvipc
