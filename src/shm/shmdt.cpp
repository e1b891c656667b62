// SPDX-License-Identifier: GPL-2.0
/*
 * shmdt(2): unmap the mapping of one shmat(), or its remaining pieces.
 *
 * munmap(), mprotect() and mremap() may have split the mapping, or moved parts of it.  A piece belongs to
 * the mapping that began at an address if its distance from the address equals its offset in the
 * segment.
 *
 * Locks:   the process's DetachGuard, inside it the mmap lock, once for each piece.  Another thread may map
 *     and unmap between look-up and unmapping; if it unmaps a piece by munmap() then, the result is the
 *     same as for a munmap() after shmdt().
 * Context: process, sleeps: on the mmap lock indefinitely while a page fault of the process waits
 *     (host/mapping.h).  Holds a pin, as removing the segments meanwhile would drop all others.
 */
#include <shm/shm_segment.hpp>

#include <os/address_space.hpp>
#include <os/module.hpp>
#include <rules/attach_rules.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using Mapping = AddressSpace::Mapping;

bool began_at(unsigned long address, const Mapping& piece) noexcept
{
    return sysvipc::began_at(address, piece.start, piece.page_offset);
}

/* The first piece of the attachment that began at @address.  Errors: EINVAL (none); EINTR. */
Result<Mapping> first_piece(unsigned long address, AddressSpace::Walk& walk) noexcept
{
    Mapping piece;
    do {
        const bool found = TRY(walk.next(piece));
        if (!found)
            return Errno::EINVAL;
    } while (!began_at(address, piece));
    return piece;
}

/* Unmaps all further pieces; ignores errors. */
void unmap_rest(unsigned long address, const Mapping& first, AddressSpace::Walk& walk) noexcept
{
    const unsigned long pages = ShmSegment::pages_of(first.file_size);
    const unsigned long end = address + pages * KAPI_PAGE_SIZE;
    unsigned long reached = first.end;
    while (reached < end) {
        Mapping piece;
        Result<bool> found = walk.next(piece);
        if (!found.ok() || !found.take() || piece.end > end)
            return;
        if (began_at(address, piece) && piece.file == first.file)
            AddressSpace::unmap(piece);
        reached = piece.end;
    }
}

/* Errors: EINVAL, EINTR. */
Result<void> detach_own(unsigned long address) noexcept
{
    AddressSpace::DetachGuard guard;
    TRY(guard.take());
    AddressSpace::Walk walk { address };
    const Mapping first = TRY(first_piece(address, walk));
    AddressSpace::unmap(first);
    unmap_rest(address, first, walk);
    return {};
}

} // namespace

/*
 * A segment that is not ours may be the kernel's, attached before the module took over.
 * Errors: EINVAL (address), ENOSYS (the module is being unloaded, so nothing is attached), EINVAL
 * (not attached), EINTR.  shmdt(2).
 */
Result<void> shmdt(unsigned long address) noexcept
{
    if (address % KAPI_PAGE_SIZE != 0)
        return Errno::EINVAL;
    ModulePin pin;
    TRY(pin.take());
    Result<void> detached = detach_own(address);
    if (!detached.ok() && detached.error() == Errno::EINVAL)
        return AddressSpace::detach_builtin(address);
    return detached;
}

} // namespace sysvipc
