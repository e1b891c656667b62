// SPDX-License-Identifier: GPL-2.0
/* Waits for RCU-counted objects (contracts: include/mem/rcu_counted.hpp). */
#include <mem/rcu_counted.hpp>

#include <base/poison.hpp>

namespace sysvipc {

void wait_for_rcu_memory() noexcept
{
    kapi_rcu_barrier();
    kapi_rcu_barrier(); /* for objects dropped by destructors of the first round */
}

} // namespace sysvipc
