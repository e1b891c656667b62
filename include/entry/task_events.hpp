// SPDX-License-Identifier: GPL-2.0
/*
 * Task events: what happens to a task's SEM_UNDO records and the segments it created when it is created,
 * exits, or leaves a namespace.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * Watches task creation from now on; the other events are intercepted (entry/interceptions.hpp),
 * from earlier until later.  Logs a failure.  Errors: ENOENT (no such tracepoint); ENOMEM.  Sleeps.
 */
[[nodiscard]] Result<void> start_task_events() noexcept;
/* Loading is certain to succeed, and no object can have been created yet. */
void open_task_events() noexcept;
/* New tasks are no longer seen.  Sleeps. */
void stop_task_events() noexcept;

} // namespace sysvipc
