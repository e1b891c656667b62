// SPDX-License-Identifier: GPL-2.0
/*
 * Contents of files below /sys/module/sysvipc/parameters.
 * in_use, the references that prevent unloading: a line per IPC namespace with objects, by the number that
 * lsns(8) shows, and the number of other references.
 * intercepted: each kernel function that enters the module, and the means.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

[[nodiscard]] Result<void> start_usage() noexcept;
/* New readers find the files empty; an RCU grace period later, earlier reads have ended. */
void stop_usage() noexcept;

} // namespace sysvipc
