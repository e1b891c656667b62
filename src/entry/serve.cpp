// SPDX-License-Identifier: GPL-2.0
/* Calls that the module does not serve yet, or no longer (contracts: include/entry/serve.hpp). */
#include <entry/serve.hpp>

#include <base/poison.hpp>

namespace sysvipc {

Result<void> wait_until_served() noexcept
{
    if (!Kernel::has_sysvipc() || call_gate.is_closed())
        return Errno::ENOSYS;
    const CallGate::Pass pass { call_gate };
    return Namespaces::wait_until_serving();
}

} // namespace sysvipc
