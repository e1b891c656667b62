// SPDX-License-Identifier: GPL-2.0
/* DeferredWork: a work item; its function runs in a kernel worker, where it may sleep. */
#pragma once

#include <base/types.hpp>
#include <kapi/rcu.h>

namespace sysvipc {

class DeferredWork : Pinned {
public:
    using Function = kapi_work_function;

    explicit DeferredWork(Function run) noexcept { kapi_work_init(&work_, run); }

    /* Runs once for all calls before it begins, never concurrently with itself.  Does not sleep. */
    void schedule() noexcept { kapi_work_schedule(&work_); }
    /* Waits until everything scheduled so far is done.  Sleeps. */
    void wait() noexcept { kapi_work_flush(&work_); }

private:
    kapi_work work_;
};

} // namespace sysvipc
