// SPDX-License-Identifier: GPL-2.0
/* Waiting for the tasks inside (contracts: include/entry/call_gate.hpp). */
#include <entry/call_gate.hpp>

#include <os/task.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

constinit CallGate call_gate;

void CallGate::wait_until_empty() noexcept
{
    constexpr u32 kPollMs = 10;

    wait_for_all_tasks(); /* who passed a hook is counted now */
    while (inside_.sum() != 0)
        CurrentTask::sleep_ms(kPollMs);
    wait_for_all_tasks(); /* who was counted out has left */
}

} // namespace sysvipc
