// SPDX-License-Identifier: GPL-2.0
/*
 * CallGate: counts the tasks that are inside a system call of this module, so that unloading can
 * wait for them.
 *
 * A task may have passed the hook and not yet be counted, or be counted out and not yet have left:
 * both run between two points where it blocks voluntarily, so a grace period of tasks-RCU on either
 * side of waiting for the count covers them.  That holds for a kprobe too: its handler, for which its
 * removal waits, does no more than to send the task on to where a direct call would have brought it.
 */
#pragma once

#include <base/result.hpp>
#include <mem/percpu_sum.hpp>

namespace sysvipc {

class CallGate : Pinned {
public:
    constexpr CallGate() = default;

    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept { return inside_.start(); }
    /* Whether no task is counted as inside.  Final once no hook leads here, after a grace period. */
    [[nodiscard]] bool is_empty() const noexcept { return inside_.sum() == 0; }
    void stop() noexcept { inside_.stop(); }

    class [[nodiscard]] Pass : Pinned {
    public:
        explicit Pass(CallGate& gate) noexcept : gate_(gate) { gate_.inside_.add(1); }
        ~Pass() { gate_.inside_.add(-1); }

    private:
        CallGate& gate_;
    };

private:
    PerCpuSum inside_;
};

extern constinit CallGate call_gate;

} // namespace sysvipc
