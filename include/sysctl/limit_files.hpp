// SPDX-License-Identifier: GPL-2.0
/*
 * The limits in /proc/sys/kernel, with the names, ranges and errors of Linux (proc(5), ipc/ipc_sysctl.c),
 * on kernels that lack them: msgmax msgmnb msgmni auto_msgmni sem shmmax shmall shmmni shm_rmid_forced;
 * and msg_next_id, sem_next_id, shm_next_id, by which checkpoint/restore tools choose identifiers.
 *
 * Each file shows and changes the IPC namespace of the task that reads or writes it.  Root of the user
 * namespace that owns the IPC namespace may change limits; a task with CAP_CHECKPOINT_RESTORE or
 * CAP_SYS_ADMIN there may change next ids.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/* Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_limit_files() noexcept;
void stop_limit_files() noexcept;

} // namespace sysvipc
