// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/module/sysvipc/parameters/in_use, which shows what keeps the module from being unloaded: a line per
 * IPC namespace with objects, by the number that lsns(8) shows, and the number of other references.
 * /sys/module/sysvipc/parameters/intercepted: each function of the kernel that enters the module, and how.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

[[nodiscard]] Result<void> start_usage() noexcept;
/* The files are empty for those who begin to read now; the others end with an RCU grace period. */
void stop_usage() noexcept;

} // namespace sysvipc
