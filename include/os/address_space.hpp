// SPDX-License-Identifier: GPL-2.0
/*
 * AddressSpace: the mappings of segments in the calling process.
 *
 * A task that sleeps here holds a ModulePin, and no lock that another process may need: host/mapping.h.
 */
#pragma once

#include <base/result.hpp>
#include <host/mapping.h>
#include <os/segment_file.hpp>
#include <rules/attach_rules.hpp>

namespace sysvipc {

/* The place and protection of a new mapping. */
struct MappingRequest {
    AttachPlace place; /* not Nowhere */
    bool is_writable;
    bool is_executable;
};

struct AddressSpace {
    /* Call once, before all other functions here.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<void> start() noexcept
    {
        if (const int status = host_mappings_start())
            return from_kernel(status);
        return {};
    }

    /* One mapping of a segment, or of a part of it. */
    using Mapping = kapi_mapping;

    /*
     * Maps the whole of @file; /proc/PID/maps shows it with @inode_number.  Returns the address.
     * Errors: EEXIST if the place must be free and is not; EINTR (being killed); ENOMEM, EPERM,
     * EACCES as mmap(2); those of sysvipc_segment_mapping().  Sleeps.
     */
    [[nodiscard]] static Result<usize> map(const SegmentFile& file, unsigned long inode_number,
                                           const MappingRequest& request) noexcept
    {
        using Where = AttachPlace::Where;
        const unsigned long protection = KAPI_PROT_READ
            | (request.is_writable ? KAPI_PROT_WRITE : 0ul)
            | (request.is_executable ? KAPI_PROT_EXEC : 0ul);
        const unsigned long flags = KAPI_MAP_SHARED
            | (request.place.where == Where::Free          ? KAPI_MAP_FIXED_NOREPLACE
                   : request.place.where == Where::Replace ? KAPI_MAP_FIXED
                                                           : 0ul);
        const long address =
            host_mapping_create(file.raw(), inode_number, request.place.address, protection, flags);
        if (address < 0 && address > -kMostErrno)
            return from_kernel(static_cast<int>(address));
        return static_cast<usize>(address);
    }
    /* True if anything is mapped in the range; false if the process is being killed.  Sleeps. */
    [[nodiscard]] static bool is_taken(unsigned long start, unsigned long end) noexcept
    {
        return host_mapping_overlaps(start, end);
    }
    /* Detaches one of the kernel's own segments.  Errors: EINVAL, EINTR.  Sleeps. */
    [[nodiscard]] static Result<void> detach_builtin(unsigned long address) noexcept
    {
        if (const long status = host_mapping_detach_builtin(address))
            return from_kernel(static_cast<int>(status));
        return {};
    }
    static void unmap(const Mapping& mapping) noexcept { host_mapping_remove(&mapping); }

    /* Walks over the mapped segments, starting at an address. */
    class Walk {
    public:
        explicit Walk(unsigned long address) noexcept : address_(address) { }
        /* The next mapping; false: none.  Errors: EINTR (being killed).  Sleeps. */
        [[nodiscard]] Result<bool> next(Mapping& mapping) noexcept
        {
            int error = 0;
            const bool found = host_mapping_find(address_, &mapping, &error);
            if (error != 0)
                return from_kernel(error);
            if (found)
                address_ = mapping.end;
            return found;
        }

    private:
        unsigned long address_;
    };

    /* While it lives, no other thread of the process detaches. */
    class [[nodiscard]] DetachGuard : Pinned {
    public:
        DetachGuard() = default;
        ~DetachGuard()
        {
            if (detaching_)
                host_mapping_detach_end(detaching_);
        }
        /* Errors: EINTR (being killed).  Sleeps. */
        [[nodiscard]] Result<void> take() noexcept
        {
            int error = 0;
            detaching_ = host_mapping_detach_begin(&error);
            if (error != 0)
                return from_kernel(error);
            return {};
        }

    private:
        kapi_detaching* detaching_ { nullptr };
    };

private:
    static constexpr long kMostErrno = 4096;
};

} // namespace sysvipc
