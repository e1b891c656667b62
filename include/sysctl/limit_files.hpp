// SPDX-License-Identifier: GPL-2.0
/*
 * The limits in /proc/sys/kernel, with the names, ranges and errors of Linux (proc(5), ipc/ipc_sysctl.c),
 * on kernels that lack them: msgmax msgmnb msgmni auto_msgmni sem
 * shmmax shmall shmmni shm_rmid_forced.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/* Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_limit_files() noexcept;
void stop_limit_files() noexcept;

} // namespace sysvipc
