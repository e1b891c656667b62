// SPDX-License-Identifier: GPL-2.0
/* The place at which shmat() maps, and the pieces that shmdt() unmaps.  shmop(2); kernel source: ipc/shm.c. */
#pragma once

#include <rules/abi.hpp>

namespace sysvipc {

/* The place that the address and flags of shmat() request. */
struct AttachPlace {
    enum class Where : u8 {
        Anywhere,
        Free, /* at the address, if nothing is mapped there */
        Replace, /* at the address, replacing what is mapped there */
        Nowhere, /* address and flags contradict each other: EINVAL */
    };
    Where where;
    unsigned long address;
    constexpr bool operator==(const AttachPlace&) const noexcept = default;
};

/* @boundary: SHM_RND rounds the address down to a multiple of it. */
[[nodiscard]] constexpr AttachPlace attach_place(unsigned long address, u32 flags,
                                                 unsigned long boundary) noexcept
{
    using Where = AttachPlace::Where;

    const bool replaces = (flags & abi::SHM_REMAP) != 0;
    if (address == 0)
        return { replaces ? Where::Nowhere : Where::Anywhere, 0 };
    if (flags & abi::SHM_RND)
        address -= address % boundary;
    else if (address % KAPI_PAGE_SIZE != 0)
        return { Where::Nowhere, 0 };
    if (address != 0)
        return { replaces ? Where::Replace : Where::Free, address };
    /* An address rounded down to 0 means address 0, not any address. */
    return { replaces ? Where::Nowhere : Where::Replace, 0 };
}

/*
 * True if a mapping at @start, @page_offset pages after the beginning of its segment, is part of an
 * attachment that began at @address.
 */
[[nodiscard]] constexpr bool began_at(unsigned long address, unsigned long start,
                                      unsigned long page_offset) noexcept
{
    return (start - address) / KAPI_PAGE_SIZE == page_offset;
}

/* For a boundary of one page, and of several. */
template <unsigned long boundary>
constexpr bool places_are_right() noexcept
{
    using enum AttachPlace::Where;
    constexpr auto place = [](unsigned long address, u32 flags) {
        return attach_place(address, flags, boundary);
    };
    constexpr u32 kRound = abi::SHM_RND;
    return place(0, 0) == AttachPlace { Anywhere, 0 } && place(0, abi::SHM_REMAP).where == Nowhere
        && place(KAPI_PAGE_SIZE + 1, 0).where == Nowhere
        && place(KAPI_PAGE_SIZE, 0) == AttachPlace { Free, KAPI_PAGE_SIZE }
    && place(2 * boundary - 1, kRound) == AttachPlace { Free, boundary }
    && place(boundary, abi::SHM_REMAP) == AttachPlace { Replace, boundary }
    && place(boundary - 1, kRound).where == Replace
        && place(boundary - 1, kRound | abi::SHM_REMAP).where == Nowhere;
}
static_assert(places_are_right<KAPI_PAGE_SIZE>() && places_are_right<4 * KAPI_PAGE_SIZE>());
static_assert(began_at(0x10000, 0x10000, 0) && began_at(0x10000, 0x10000 + 3 * KAPI_PAGE_SIZE, 3));
static_assert(!began_at(0x10000, 0x10000, 3) && !began_at(0x10000, 0x0f000, 0),
              "what lies below an address never began at it");

} // namespace sysvipc
