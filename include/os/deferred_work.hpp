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

    /* All calls before the function begins cause one run; runs never overlap.  Does not sleep. */
    void schedule() noexcept { kapi_work_schedule(&work_); }
    /* Waits until all scheduled runs have finished.  Sleeps. */
    void wait() noexcept { kapi_work_flush(&work_); }

private:
    kapi_work work_;
};

} // namespace sysvipc
