// SPDX-License-Identifier: GPL-2.0
/*
 * shmat(2): map a segment into the calling process.
 *
 * Locks:   the segment's, before and after mapping; mapping takes the process's mmap lock and nests the
 *     segment's in it.  Context: process, sleeps.
 */
#include <shm/shm_segment.hpp>

#include <os/address_space.hpp>
#include <rules/attach_rules.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using Where = AttachPlace::Where;

/* Errors: EINVAL. */
Result<MappingRequest> request_of(unsigned long address, u32 flags, unsigned long boundary) noexcept
{
    const AttachPlace place = attach_place(address, flags, boundary);
    if (place.where == Where::Nowhere)
        return Errno::EINVAL;
    return MappingRequest { place, (flags & abi::SHM_RDONLY) == 0, (flags & abi::SHM_EXEC) != 0 };
}

u32 access_of(const MappingRequest& request) noexcept
{
    return kReadAccess | (request.is_writable ? kWriteAccess : 0u)
        | (request.is_executable ? kExecuteAccess : 0u);
}

/*
 * Attaches the segment and returns it.  @address, @flags: the call's arguments.
 * Errors: EINVAL, EACCES, a security module's, EIDRM, in this order.
 */
Result<Attachment> attach(IpcNamespace& ns, IpcId id, u32 access, unsigned long address,
                          u32 flags) noexcept
{
    const RcuGuard guard;
    ShmSegment* segment = ShmSegment::find(ns, id);
    if (!segment)
        return Errno::EINVAL;
    TRY(segment->check_access(access, ns.owner()));
    TRY(segment->check_attach(address, flags));
    auto state = segment->lock();
    if (segment->is_removed())
        return Errno::EIDRM;
    return Attachment { *segment, state };
}

/* Errors: EINVAL if the address is taken; those of AddressSpace::map(). */
Result<usize> map_file(const SegmentFile& file, IpcId id, const MappingRequest& request) noexcept
{
    const auto [where, address] = request.place;
    const unsigned long end = address + file.size();
    if (where == Where::Free && end < address)
        return Errno::EINVAL;
    const auto inode_number = static_cast<unsigned long>(id.value());
    Result<usize> mapped = AddressSpace::map(file, inode_number, request);
    /* A taken address takes precedence over other errors. */
    if (!mapped.ok() && where == Where::Free && mapped.error() != Errno::EINTR
        && (mapped.error() == Errno::EEXIST || AddressSpace::is_taken(address, end)))
        return Errno::EINVAL;
    return mapped;
}

/* A read-only attachment gets a file that mprotect() cannot make writable. */
Result<usize> map_segment(ShmSegment& segment, const MappingRequest& request) noexcept
{
    const SegmentFile file = TRY(segment.open(request.is_writable ? SegmentFile::Access::ReadWrite
                                                                  : SegmentFile::Access::Read));
    return map_file(file, segment.id(), request);
}

} // namespace

/*
 * Errors: EINVAL (negative id, address), EINVAL (no such segment), EACCES, a security module's,
 * EIDRM, ENOMEM, EINTR, EINVAL (address taken), those of mmap(2); in this order.  shmat(2).
 */
Result<usize> shmat(IpcNamespace& ns, IpcId id, unsigned long address, u32 flags,
                    unsigned long boundary) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    const MappingRequest request = TRY(request_of(address, flags, boundary));
    const Attachment attachment = TRY(attach(ns, id, access_of(request), address, flags));
    return map_segment(attachment.segment(), request);
}

} // namespace sysvipc
