// SPDX-License-Identifier: GPL-2.0
/*
 * SegmentFile: a file whose pages form a shared memory segment (shmem or hugetlbfs): the segment's own file,
 * or one that an attachment maps.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/segment.h>

namespace sysvipc {

/* Finds the kernel functions for segment files (host/segment.h).  Errors: ENOMEM.  Sleeps. */
[[nodiscard]] inline Result<void> start_segment_files() noexcept
{
    return from_kernel(host_segments_start());
}

/*
 * Checks that mapped segment files work; required before any can be mapped.  Context: the process that
 * loads the module.
 * Errors: EOPNOTSUPP (a log line gives the reason), ENOMEM, those of mmap(2).  Sleeps.
 */
[[nodiscard]] inline Result<void> probe_segment_files() noexcept
{
    return from_kernel(host_segments_probe());
}

/* Owns a reference.  The last one closes the file asynchronously. */
class SegmentFile {
public:
    enum class Reserve : u8 { AtCreation, AtFirstUse };
    enum class Access : u8 { Read, ReadWrite };

    /* A segment's own file, all bytes 0.  Errors: ENOMEM, ENFILE, EINVAL (@size).  Sleeps. */
    [[nodiscard]] static Result<SegmentFile> create(const char* name, u64 size,
                                                    Reserve reserve) noexcept
    {
        int error = 0;
        kapi_file* file = host_segment_create(name, size, reserve == Reserve::AtFirstUse, &error);
        return own(file, error, IsHuge::No);
    }
    /*
     * create() with huge pages of 1 << @size_log bytes (0: default size).
     * Errors: as create(); EINVAL (no such size); EPERM (not allowed).  Sleeps.
     */
    [[nodiscard]] static Result<SegmentFile> create_huge(const char* name, u64 size,
                                                         Reserve reserve, u32 size_log) noexcept
    {
        if (!host_segments_can_be_huge())
            return Errno::EINVAL;
        int error = 0;
        kapi_file* file =
            host_segment_create_huge(name, size, reserve == Reserve::AtFirstUse, size_log, &error);
        return own(file, error, IsHuge::Yes);
    }
    SegmentFile() noexcept = default; /* none */
    SegmentFile(SegmentFile&& other) noexcept
        : file_(exchange(other.file_, nullptr)),
          is_huge_(other.is_huge_)
    {
    }
    SegmentFile& operator=(SegmentFile&&) = delete;
    ~SegmentFile() { close(); }

    /* Takes over the reference of @other.  Precondition: this has none. */
    void adopt(SegmentFile other) noexcept
    {
        file_ = exchange(other.file_, nullptr);
        is_huge_ = other.is_huge_;
    }
    /* For use before the destructor. */
    void close() noexcept
    {
        if (file_)
            host_file_put(exchange(file_, nullptr));
    }
    /* Another reference. */
    [[nodiscard]] SegmentFile share() const noexcept
    {
        host_file_get(file_);
        return SegmentFile { file_, is_huge_ };
    }
    /*
     * Opens another file of the same pages for mapping: it reports its mappings to @segment, and pins the
     * module.
     * Errors: ENOMEM, ENFILE, ENOSYS.  Sleeps.
     */
    [[nodiscard]] Result<SegmentFile> open(Access access, void* segment) const noexcept
    {
        int error = 0;
        kapi_file* file = host_segment_open(file_, access == Access::ReadWrite, segment, &error);
        return own(file, error, is_huge_);
    }

    [[nodiscard]] bool is_empty() const noexcept { return file_ == nullptr; }
    [[nodiscard]] bool is_huge() const noexcept { return is_huge_ == IsHuge::Yes; }
    /* Size in bytes: as requested, or whole huge pages. */
    [[nodiscard]] u64 size() const noexcept { return host_segment_size(file_); }

    struct Usage {
        u64 resident_pages;
        u64 swapped_pages;
    };
    [[nodiscard]] Usage usage() const noexcept
    {
        Usage usage;
        kapi_u64 resident = 0;
        kapi_u64 swapped = 0;
        host_segment_usage(file_, &resident, &swapped);
        usage.resident_pages = resident;
        usage.swapped_pages = swapped;
        return usage;
    }
    /* For kapi and host functions. */
    [[nodiscard]] kapi_file* raw() const noexcept { return file_; }

private:
    enum class IsHuge : bool { No, Yes };

    SegmentFile(kapi_file* file, IsHuge is_huge) noexcept : file_(file), is_huge_(is_huge) { }
    static Result<SegmentFile> own(kapi_file* file, int error, IsHuge is_huge) noexcept
    {
        if (!file)
            return from_kernel(error);
        return SegmentFile { file, is_huge };
    }

    kapi_file* file_ { nullptr };
    IsHuge is_huge_ { IsHuge::No };
};

/* Pages locked in memory, charged to the process that locked them. */
class MemoryLock : Pinned {
public:
    MemoryLock() = default;

    [[nodiscard]] static bool is_possible() noexcept { return host_segments_can_be_locked(); }
    [[nodiscard]] bool is_held() const noexcept { return charged_ != nullptr; }
    /* Does not sleep.  Errors: ENOMEM beyond RLIMIT_MEMLOCK. */
    [[nodiscard]] Result<void> take(const SegmentFile& file) noexcept
    {
        if (is_held())
            return {};
        charged_ = host_segment_lock(file.raw());
        if (!charged_)
            return Errno::ENOMEM;
        return {};
    }
    /* Does not sleep.  If the pages remain, call make_evictable() afterwards. */
    void drop(const SegmentFile& file) noexcept
    {
        if (is_held())
            host_segment_unlock(file.raw(), exchange(charged_, nullptr));
    }
    static void make_evictable(const SegmentFile& file) noexcept /* sleeps */
    {
        host_segment_make_evictable(file.raw());
    }

private:
    kapi_ucounts* charged_ { nullptr };
};

} // namespace sysvipc
