// SPDX-License-Identifier: GPL-2.0
/*
 * CallGate: counts the tasks inside a system call or handler of this module, so that unloading can wait for
 * them before the kernel's functions are restored.
 *
 * A task that is admitted may sleep.  One that is not must leave at once, as must one that is admitted and
 * then finds that the module does not serve: neither is waited for here.  The grace period of tasks-RCU
 * with which the functions are restored covers them, because they do not block, and it covers the instructions
 * after a task is counted as having left.
 * So the order is: the module no longer serves; close(); is_empty(); restore the functions.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/result.hpp>
#include <mem/percpu_sum.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

class CallGate : Pinned {
public:
    constexpr CallGate() = default;

    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept
    {
        TRY(entered_.start());
        if (Result<void> started = left_.start(); !started.ok()) {
            entered_.stop();
            return started;
        }
        return {};
    }
    void stop() noexcept
    {
        left_.stop();
        entered_.stop();
    }

    /* Admits no more tasks; precondition: the module does not serve. */
    void close() noexcept { is_closed_.store_release(true); }
    /*
     * Whether all tasks that were admitted have left; once true after close(), it stays true.
     *
     * Two counters, as a task may leave on another CPU than it entered on, and one that entered while
     * the CPUs are summed up would be missed.  The grace period is a memory barrier on all CPUs: who
     * is counted in @left is counted in @entered, too, and who still found the gate open is counted.
     * Sleeps.
     */
    [[nodiscard]] bool is_empty() const noexcept
    {
        const long left = left_.sum();
        wait_for_rcu_readers();
        return entered_.sum() == left;
    }

    /* The current task, if it is admitted. */
    class [[nodiscard]] Pass : Pinned {
    public:
        explicit Pass(CallGate& gate) noexcept
            : gate_(gate),
              is_admitted_(!gate.is_closed_.load_relaxed())
        {
            if (is_admitted_) [[likely]]
                gate_.entered_.add(1);
            compiler_barrier(); /* counted before it looks whether the module serves */
        }
        ~Pass()
        {
            compiler_barrier();
            if (is_admitted_) [[likely]]
                gate_.left_.add(1);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return is_admitted_; }

    private:
        CallGate& gate_;
        const bool is_admitted_;
    };

private:
    PerCpuSum entered_;
    PerCpuSum left_;
    Atomic<bool> is_closed_ { false };
};

extern constinit CallGate call_gate;

} // namespace sysvipc
