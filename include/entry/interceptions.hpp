// SPDX-License-Identifier: GPL-2.0
/*
 * Interception of kernel functions: one table of the system calls and of all other functions, with each
 * function's handler and the feature lost without it.
 */
#pragma once

#include <base/result.hpp>
#include <base/text_page.hpp>

namespace sysvipc {

/* True if the value of attach= is valid. */
[[nodiscard]] bool are_means_known() noexcept;
/*
 * Intercepts all functions by the means that attach= allows, and attaches to the tracepoints; skips optional
 * functions that cannot be intercepted, and logs them.  Afterwards ftrace cannot be switched off.
 * Errors: ENOENT, EBUSY, EOPNOTSUPP, ENODEV, ENOMEM as intercept_start(); EBUSY if ftrace, or
 * required kprobes, are switched off.  Sleeps.
 */
[[nodiscard]] Result<void> start_interceptions() noexcept;
/* Loading is certain to succeed, and no object can have been created yet. */
void open_interceptions() noexcept;
/* Logs which calls are served, and by which means they are intercepted. */
void log_service() noexcept;
/* One line per function: the means of interception, or the feature lost without it. */
void describe_interceptions(TextPage& page) noexcept;
/*
 * Restores the functions.  On return, no task is in our code except those that have blocked there; the
 * caller has excluded these before (CallGate).  Sleeps.
 */
void stop_interceptions() noexcept;

} // namespace sysvipc
