// SPDX-License-Identifier: GPL-2.0
/*
 * TaskWatch: told of every task that begins or ends, and of unshare(2) and setns(2).
 *
 * Context of the callbacks: preemption disabled, unless spinlocks sleep; they must not sleep but for
 * those.
 */
#pragma once

#include <base/result.hpp>
#include <kapi/watch.h>

namespace sysvipc {

struct TaskWatch {
    using Callbacks = kapi_task_watch;

    /* @sees_leaving: whether it will be told of those.  Errors: ENOENT, ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> start(const Callbacks& callbacks, bool& sees_leaving) noexcept
    {
        if (const int status = kapi_watch_start(&callbacks, &sees_leaving))
            return from_kernel(status);
        return {};
    }
    /* No callback runs any more on return.  Sleeps. */
    static void stop() noexcept { kapi_watch_stop(); }
};

} // namespace sysvipc
