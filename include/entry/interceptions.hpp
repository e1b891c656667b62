// SPDX-License-Identifier: GPL-2.0
/*
 * Interception of kernel functions other than the system calls: one table of functions, handlers and what is
 * lost without each.
 */
#pragma once

#include <base/result.hpp>
#include <base/text_page.hpp>

namespace sysvipc {

/*
 * Intercepts all functions, except optional ones that cannot be, by the means that attach= allows.
 * From then on ftrace cannot be switched off.  Logs what cannot be intercepted.
 * Errors: ENOENT, EBUSY, EOPNOTSUPP, ENODEV, ENOMEM as intercept_start(); EBUSY if ftrace, or
 * kprobes that are needed, are switched off.  Sleeps.
 */
[[nodiscard]] Result<void> start_interceptions() noexcept;
/* One line per function: the means of interception, or what is lost without it. */
void describe_interceptions(TextPage& page) noexcept;
/* Restores the functions; does not wait for tasks inside.  Sleeps. */
void stop_interceptions() noexcept;

} // namespace sysvipc
