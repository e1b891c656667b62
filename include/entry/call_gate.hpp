// SPDX-License-Identifier: GPL-2.0
/*
 * CallGate: counts the tasks inside a system call or handler of this module, so that unloading can wait for
 * them before the kernel's functions are restored.
 *
 * Only a task that is counted or holds a pin may block in the module.  A task checks the phase (serving, or
 * loading not decided yet), counts itself, and checks again; it leaves at once if the phase has changed.
 * The tasks-RCU grace period that restores the functions covers tasks that do not block, and the
 * instructions after a task has left.
 * Order of unloading: stop serving; close(); wait for is_empty(); restore the functions.
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
     * True if all tasks that may block have left; once true after close(), it stays true.
     *
     * Two counters: a task may enter and leave on different CPUs, and one sum would miss a task that
     * enters during summation.  The grace period is a memory barrier on all CPUs: each task counted in
     * @left is counted in @entered, too, as is a task whose second check saw the module serve.
     * Sleeps.
     */
    [[nodiscard]] bool is_empty() const noexcept
    {
        const long left = left_.sum();
        wait_for_rcu_readers();
        return entered_.sum() == left;
    }

    /*
     * Counts the current task as inside until leave() if @serves() is true before and after counting;
     * otherwise returns false, and the task must not block in our code.
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

    /* Counts the current task while it lives; the user makes the second check by other means. */
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
        compiler_barrier(); /* count before the second check */
    }

    PerCpuSum entered_;
    PerCpuSum left_;
    Atomic<bool> is_closed_ { false };
};

extern constinit CallGate call_gate;

} // namespace sysvipc
