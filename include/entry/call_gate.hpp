// SPDX-License-Identifier: GPL-2.0
/*
 * CallGate: counts the tasks inside a system call of this module, so that unloading can wait for them.
 *
 * A task may have passed the hook and not be counted yet, or be uncounted and not have left yet.  Both
 * windows contain no voluntary context switch, so a tasks-RCU grace period before and after waiting for
 * the count covers them.  This holds for kprobes too: a probe's handler, which unregistering waits for,
 * only diverts the task to where a direct call would have led.
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
    /* Whether no task is counted as inside.  Final if no hook leads here, after a grace period. */
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
