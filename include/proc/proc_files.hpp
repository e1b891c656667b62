// SPDX-License-Identifier: GPL-2.0
/*
 * The directory /proc/sysvipc: msg, sem and shm as on Linux, and files of the module's own beside them.
 *
 * On a kernel with System V IPC the directory and the first three are the kernel's: the module then creates
 * only the others, in its directory, and open_table_file() serves the first three.
 *
 * Lifetime: an open file pins the module.  Removing an entry closes its open files, which can exist only if
 *     loading fails.
 */
#pragma once

#include <base/result.hpp>
#include <os/proc_file.hpp>

namespace sysvipc {

/* Errors: ENOMEM for any failure of procfs.  Sleeps. */
[[nodiscard]] Result<void> start_proc_files() noexcept;
void stop_proc_files() noexcept;

/* Opens the kernel's own file as our file of the same name.  Errors: ENOMEM, ENOENT.  Sleeps. */
[[nodiscard]] Result<void> open_table_file(kapi_inode* inode, kapi_file* file) noexcept;

} // namespace sysvipc
