// SPDX-License-Identifier: GPL-2.0
/*
 * TaskWatch: told of every task that begins or ends, and of unshare(2) and setns(2).
 *
 * Context of the callbacks: their declarations in include/kapi/watch.h.
 */
#pragma once

#include <base/result.hpp>
#include <kapi/watch.h>

namespace sysvipc {

struct TaskWatch {
    using Callbacks = kapi_task_watch;
    using Report = kapi_watch_report;

    /*
     * @means: of kapi_watch_means, any.  Errors: ENOENT, ENOMEM, EBUSY, EOPNOTSUPP, as kapi_watch_start()
     * has them; @report tells more.  Sleeps.
     */
    [[nodiscard]] static Result<void> start(const Callbacks& callbacks, u32 means,
                                            Report& report) noexcept
    {
        if (const int status = kapi_watch_start(&callbacks, means, &report))
            return from_kernel(status);
        return {};
    }
    /* The module is certain to stay loaded: tasks that come by may pin it from now on. */
    static void open() noexcept { kapi_watch_open(); }
    /* No callback is called any more; those that run are not waited for.  Sleeps. */
    static void stop() noexcept { kapi_watch_stop(); }
    /* Final after stop() and a grace period of tasks-RCU. */
    [[nodiscard]] static bool is_empty() noexcept { return kapi_watch_is_empty(); }
};

} // namespace sysvipc
