// SPDX-License-Identifier: GPL-2.0
/*
 * TaskWatch: makes sysvipc_task_begun() and its like (include/intercept/watch.h) be called for every task.
 *
 * Context: process, while the module is loading or unloading; both sleep.
 */
#pragma once

#include <base/result.hpp>
#include <intercept/around.h>
#include <intercept/watch.h>

namespace sysvipc {

struct TaskWatch {
    /* Watches task creation; the rest is intercepted.  Errors: ENOENT (no tracepoint), ENOMEM. */
    [[nodiscard]] static Result<void> start() noexcept
    {
        if (const int status = intercept_watch_beginnings())
            return from_kernel(status);
        return {};
    }
    static void stop() noexcept { intercept_watch_beginnings_end(); }
    /* Loading is certain to succeed: tasks may pin the module from now on. */
    static void open() noexcept { intercept_around_open(); }
};

} // namespace sysvipc
