// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps the module from being unloaded, in /sys/module/sysvipc/parameters/in_use: a line for each IPC
 * namespace with objects, by the number that lsns(8) shows, and how many references others have.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

[[nodiscard]] Result<void> start_usage() noexcept;
/* The file is empty from now on.  Sleeps. */
void stop_usage() noexcept;

} // namespace sysvipc
