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
 * Intercepts all of them, but for those that the module can do without, by the means that the parameter
 * attach= allows.  From then on nobody can switch ftrace off.  Log lines tell what cannot be intercepted.
 * Errors: ENOENT, EBUSY, EOPNOTSUPP, ENODEV, ENOMEM as intercept_start(); EBUSY where kprobes are needed and
 * switched off, or ftrace is.  Sleeps.
 */
[[nodiscard]] Result<void> start_interceptions() noexcept;
/* A line for each: by what means it is intercepted, or what is lost without it. */
void describe_interceptions(TextPage& page) noexcept;
/* The functions are as they were; tasks inside are not waited for.  Sleeps. */
void stop_interceptions() noexcept;

} // namespace sysvipc
