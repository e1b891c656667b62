// SPDX-License-Identifier: GPL-2.0
/*
 * CallGate: counts the tasks inside a system call or handler of this module, so that unloading can wait for
 * them before the kernel's functions are restored.
 *
 * Only a task that is counted, or that has pinned the module, may block in our code.  It is counted after
 * it has found that the module serves, or that loading is not decided yet, and then looks again; if neither
 * holds any more, it leaves at once.  A task that does not block is covered by the grace period of tasks-RCU with which the functions are restored, and so are
 * the instructions after a task is counted as having left.
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

    /* Precondition: the module does not serve. */
    void close() noexcept { is_closed_.store_release(true); }
    [[nodiscard]] bool is_closed() const noexcept { return is_closed_.load_relaxed(); }
    /*
     * Whether all tasks that may block have left; once true after close(), it stays true.
     *
     * Two counters, as a task may leave on another CPU than it entered on, and one that entered while
     * the CPUs are summed up would be missed.  The grace period is a memory barrier on all CPUs: a
     * task counted in @left is counted in @entered, too, as is one that looked again in time.
     * Sleeps.
     */
    [[nodiscard]] bool is_empty() const noexcept
    {
        const long left = left_.sum();
        wait_for_rcu_readers();
        return entered_.sum() == left;
    }

    /*
     * Counts the current task as inside until leave() if @serves() is true before and after it is
     * counted; else the task must not block in our code.
     */
    template <class Serves>
    [[nodiscard]] bool enter_if(const Serves& serves) noexcept
    {
        if (!serves()) [[unlikely]]
            return false;
        enter();
        if (serves()) [[likely]]
            return true;
        leave();
        return false;
    }
    void leave() noexcept
    {
        compiler_barrier();
        left_.add(1);
    }

    /* Counts the current task while it lives, for one that looks again by other means. */
    class [[nodiscard]] Pass : Pinned {
    public:
        explicit Pass(CallGate& gate) noexcept : gate_(gate) { gate_.enter(); }
        ~Pass() { gate_.leave(); }

    private:
        CallGate& gate_;
    };

private:
    void enter() noexcept
    {
        entered_.add(1);
        compiler_barrier(); /* counted before it looks again */
    }

    PerCpuSum entered_;
    PerCpuSum left_;
    Atomic<bool> is_closed_ { false };
};

extern constinit CallGate call_gate;

} // namespace sysvipc
