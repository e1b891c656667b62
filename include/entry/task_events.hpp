// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a task's share in System V IPC when it begins, ends, or leaves a namespace: its
 * SEM_UNDO records, and the segments that it has made.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * Writes a log line about what cannot be seen.  Errors: ENOENT, EBUSY, EOPNOTSUPP when the kernel does not
 * let us see tasks end; ENOMEM.  Sleeps.
 */
[[nodiscard]] Result<void> start_task_events() noexcept;
/* Loading cannot fail any more, and nobody has been let make an object yet. */
void open_task_events() noexcept;
/* No event comes any more; tasks in a handler are not waited for.  Sleeps. */
void stop_task_events() noexcept;
/* Whether no task is in a handler.  Final after stop_task_events() and a grace period of tasks-RCU. */
[[nodiscard]] bool is_task_watch_empty() noexcept;

} // namespace sysvipc
