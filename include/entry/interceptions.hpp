// SPDX-License-Identifier: GPL-2.0
/*
 * Interception of kernel functions: one table of the system calls and of all other functions, with the handler
 * of each and what is lost without it.
 */
#pragma once

#include <base/result.hpp>
#include <base/text_page.hpp>

namespace sysvipc {

/* Whether attach= names existing means. */
[[nodiscard]] bool are_means_known() noexcept;
/*
 * Intercepts all functions, except optional ones that cannot be, by the means that attach= allows, and
 * attaches to the tracepoints.
 * From then on ftrace cannot be switched off.  Logs what cannot be intercepted.
 * Errors: ENOENT, EBUSY, EOPNOTSUPP, ENODEV, ENOMEM as intercept_start(); EBUSY if ftrace, or
 * kprobes that are needed, are switched off.  Sleeps.
 */
[[nodiscard]] Result<void> start_interceptions() noexcept;
/* Loading is certain to succeed, and no object can have been created yet. */
void open_interceptions() noexcept;
/* Logs which calls are served, and by which means they are intercepted. */
void log_service() noexcept;
/* One line per function: the means of interception, or what is lost without it. */
void describe_interceptions(TextPage& page) noexcept;
/*
 * Restores the functions.  No task is in our code on return, unless it has blocked there after it
 * entered; the caller has made sure that none does (CallGate).  Sleeps.
 */
void stop_interceptions() noexcept;

} // namespace sysvipc
