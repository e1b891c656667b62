// SPDX-License-Identifier: GPL-2.0
/*
 * shmat(2): map a segment into the calling process.
 *
 * Locks:   the segment's own, before and after; mapping takes the process's mmap lock, and inside it
 *     the segment's.  Context: process, sleeps.
 */
#include <shm/shm_segment.hpp>

#include <os/address_space.hpp>
#include <rules/attach_rules.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using Place = MappingRequest::Place;

/* Errors: EINVAL. */
Result<MappingRequest> request_of(unsigned long address, u32 flags) noexcept
{
    const AttachPlace wanted = attach_place(address, flags);
    MappingRequest request { Place::Anywhere, wanted.address, (flags & abi::SHM_RDONLY) == 0,
                             (flags & abi::SHM_EXEC) != 0 };
    switch (wanted.where) {
    case AttachPlace::Where::Anywhere:
        break;
    case AttachPlace::Where::Free:
        request.place = Place::Free;
        break;
    case AttachPlace::Where::Replace:
        request.place = Place::Replace;
        break;
    case AttachPlace::Where::Nowhere:
        return Errno::EINVAL;
    }
    return request;
}

u32 access_of(const MappingRequest& request) noexcept
{
    return kReadAccess | (request.is_writable ? kWriteAccess : 0u)
        | (request.is_executable ? kExecuteAccess : 0u);
}

/*
 * A segment that nobody removes until end_attaching().  @address, @flags: as the call has them.
 * Errors: EINVAL, EACCES, a security module's, EIDRM, in this order.
 */
Result<ShmSegment*> begin_attaching(IpcNamespace& ns, IpcId id, u32 access, unsigned long address,
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
    segment->begin_attaching(state);
    return segment;
}

/* Errors: EINVAL where an address is taken; as AddressSpace::map(). */
Result<usize> map_file(const SegmentFile& file, IpcId id, const MappingRequest& request) noexcept
{
    const unsigned long end = request.address + file.size();
    if (request.place == Place::Free && end < request.address)
        return Errno::EINVAL;
    const auto inode_number = static_cast<unsigned long>(id.value());
    Result<usize> mapped = AddressSpace::map(file, inode_number, request);
    /* That an address is taken comes before all else that may be wrong with it. */
    if (!mapped.ok() && request.place == Place::Free && mapped.error() != Errno::EINTR
        && (mapped.error() == Errno::EEXIST || AddressSpace::is_taken(request.address, end)))
        return Errno::EINVAL;
    return mapped;
}

/* Who is not to write gets a file that cannot be made to. */
Result<usize> map_segment(ShmSegment& segment, const MappingRequest& request) noexcept
{
    const SegmentFile file = TRY(segment.open(request.is_writable ? SegmentFile::Access::ReadWrite
                                                                  : SegmentFile::Access::Read));
    return map_file(file, segment.id(), request);
}

} // namespace

/*
 * Errors: EINVAL (negative id, address), EINVAL (no such segment), EACCES, a security module's, EIDRM,
 * ENOMEM, EINTR, EINVAL (address taken), what mmap(2) has; in this order.  shmat(2).
 */
Result<usize> shmat(IpcNamespace& ns, IpcId id, unsigned long address, u32 flags) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    const MappingRequest request = TRY(request_of(address, flags));
    ShmSegment* segment = TRY(begin_attaching(ns, id, access_of(request), address, flags));
    Result<usize> mapped = map_segment(*segment, request);
    segment->end_attaching();
    return mapped;
}

} // namespace sysvipc
