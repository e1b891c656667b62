// SPDX-License-Identifier: GPL-2.0
/* The files below /proc/sysvipc (contracts: include/proc/proc_files.hpp). */
#include <proc/proc_files.hpp>

#include <os/kernel.hpp>
#include <proc/limits_file.hpp>
#include <proc/object_file.hpp>
#include <proc/table_file.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constinit const kapi_proc_file* const kOwnFiles[] {
    &kLimitsFile,     &kMsgStatsFile,   &kSemStatsFile, &kShmStatsFile,
    &kMsgWaitersFile, &kSemWaitersFile, &kSemUndoFile,
};

constinit ProcEntry directory;
constinit ProcEntry tables[kKinds];
constinit ProcEntry own[sizeof(kOwnFiles) / sizeof(kOwnFiles[0])];

Result<void> start_tables() noexcept
{
    TRY(directory.start_directory("sysvipc"));
    const kapi_proc_file* file = kTableFiles;
    for (ProcEntry& entry : tables)
        TRY(entry.start_file(*file++, directory));
    return {};
}

Result<void> start_entries() noexcept
{
    /* Otherwise the module takes over the kernel's own files (src/entry/takeover.cpp). */
    if (!Kernel::has_sysvipc())
        TRY(start_tables());
    const kapi_proc_file* const* file = kOwnFiles;
    for (ProcEntry& entry : own)
        TRY(entry.start_file(**file++));
    return {};
}

} // namespace

Result<void> start_proc_files() noexcept
{
    Result<void> started = start_entries();
    if (!started.ok())
        stop_proc_files();
    return started;
}

void stop_proc_files() noexcept
{
    for (ProcEntry& entry : own)
        entry.stop();
    for (ProcEntry& entry : tables)
        entry.stop();
    directory.stop();
}

Result<void> open_table_file(kapi_inode* inode, kapi_file* file) noexcept
{
    for (const kapi_proc_file& described : kTableFiles) {
        if (__builtin_strcmp(described.name, proc_file_name(file)) == 0)
            return open_proc_file_as(inode, file, described);
    }
    return Errno::ENOENT;
}

} // namespace sysvipc
