// SPDX-License-Identifier: GPL-2.0
/* Files below /proc, based on seq_file. */
#pragma once

#include <base/result.hpp>
#include <host/file.h>
#include <os/credentials.hpp>

namespace sysvipc {

/* The buffer that a read fills. */
class SeqFile {
public:
    explicit SeqFile(kapi_seq_file* file) noexcept : file_(file) { }
    /* If the text does not fit, the kernel repeats the read with a larger buffer. */
    void write(const char* text, usize size) noexcept { host_seq_write(file_, text, size); }
    /* The user namespace of the file's opener. */
    [[nodiscard]] UserNamespace opener() const noexcept
    {
        return UserNamespace { host_seq_user_ns(file_) };
    }
    /* True if the reader has no more rights than the opener: the reader's permissions may then be checked. */
    [[nodiscard]] bool is_read_by_opener() const noexcept
    {
        return host_seq_reader_is_opener(file_);
    }

private:
    kapi_seq_file* file_;
};

/*
 * Call in the open() of @file, whose entry is not ours: opens it as @described, which pins the module.
 * Errors: ENOENT (the module is being unloaded), ENOMEM, those of @described.  Sleeps.
 */
[[nodiscard]] inline Result<void> open_proc_file_as(kapi_inode* inode, kapi_file* file,
                                                    const kapi_proc_file& described) noexcept
{
    if (const int status = host_proc_open_as(inode, file, &described, nullptr))
        return from_kernel(status);
    return {};
}
/* The last component of the file's path. */
[[nodiscard]] inline const char* proc_file_name(kapi_file* file) noexcept
{
    return host_file_name(file);
}
/* A /proc entry that exists between start and stop. */
class ProcEntry : Pinned {
public:
    constexpr ProcEntry() = default;

    /* Errors: ENOMEM for any failure of procfs.  Sleeps. */
    [[nodiscard]] Result<void> start_directory(const char* name) noexcept
    {
        return take(host_proc_mkdir(name));
    }
    /* @file must outlive the entry, which is complete when it becomes visible. */
    [[nodiscard]] Result<void> start_file(const kapi_proc_file& file, ProcEntry& parent) noexcept
    {
        return take(host_proc_create(&file, parent.entry_, nullptr));
    }
    /* For a file whose name is a path below /proc, in a directory that may be the kernel's. */
    [[nodiscard]] Result<void> start_file(const kapi_proc_file& file) noexcept
    {
        return take(host_proc_create(&file, nullptr, nullptr));
    }
    /* Waits for users inside; no-op if nothing was started.  Sleeps. */
    void stop() noexcept { host_proc_remove(exchange(entry_, nullptr)); }

private:
    Result<void> take(kapi_proc_entry* entry) noexcept
    {
        entry_ = entry;
        if (!entry)
            return Errno::ENOMEM;
        return {};
    }

    kapi_proc_entry* entry_ { nullptr };
};

} // namespace sysvipc
