// SPDX-License-Identifier: GPL-2.0
/*
 * RcuGuard: an RCU read-side critical section: objects reachable when it began exist until it ends.  The
 * task must not sleep in it.
 */
#pragma once

#include <base/thread_safety.hpp>
#include <base/types.hpp>
#include <kapi/rcu.h>

namespace sysvipc {

class CAPABILITY("rcu") RcuDomain { };
inline constinit RcuDomain rcu {};

class [[nodiscard]] SCOPED_CAPABILITY RcuGuard : Pinned {
public:
    RcuGuard() noexcept ACQUIRE_SHARED(rcu) { kapi_rcu_read_lock(); }
    ~RcuGuard() RELEASE() { kapi_rcu_read_unlock(); }
};

/* For assertions: always true on kernels without CONFIG_PROVE_RCU. */
[[nodiscard]] inline bool is_under_rcu() noexcept
{
    return kapi_rcu_read_is_held();
}

/* For pairs of kernel callbacks, which a guard cannot span. */
inline void enter_rcu() noexcept
{
    kapi_rcu_read_lock();
}
inline void leave_rcu() noexcept
{
    kapi_rcu_read_unlock();
}

/* Returns when every guard that lives now has ended.  Sleeps. */
inline void wait_for_rcu_readers() noexcept
{
    kapi_synchronize_rcu();
}

/*
 * A tasks-RCU grace period, without blocking: every task has left the kernel or blocked voluntarily.  If
 * begun, must live until finish().
 */
class AllTasksWait : Pinned {
public:
    constexpr AllTasksWait() = default;

    /* Do not call again before finish(). */
    void begin() noexcept
    {
        is_begun_ = true;
        kapi_rcu_tasks_begin(&wait_);
    }
    [[nodiscard]] bool is_over() noexcept { return kapi_rcu_wait_is_over(&wait_); }
    /* Waits for the end; no-op if not begun.  Sleeps. */
    void finish() noexcept
    {
        if (exchange(is_begun_, false))
            kapi_rcu_wait_finish(&wait_);
    }

private:
    kapi_rcu_wait wait_ {};
    bool is_begun_ { false };
};

} // namespace sysvipc
