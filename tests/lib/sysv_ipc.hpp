// SPDX-License-Identifier: GPL-2.0
/*
 * Common parts of the three facilities of System V IPC: ids, and the owner's structure.
 *
 * All structures are those of the separate calls (not of ipc(2)), for 64-bit and 32-bit programs: a
 * long has 64 bits in the former, 32 bits in the latter.
 */
#pragma once

#include <asm/ipcbuf.h>
#include <cstddef>
#include <cstdint>
#include <sys/ipc.h>

namespace sysv {

inline constexpr int kIpc64 = 0x100; // the version bit that old ABIs put into cmd
// The flag that the separate calls need in cmd: on some processors they serve old programs, too.
#ifdef __arm__
inline constexpr int kSeparate = kIpc64;
#else
inline constexpr int kSeparate = 0;
#endif
inline constexpr int kIndexBits = 15; // an id is seq << 15 | index
inline constexpr int kIndexMask = (1 << kIndexBits) - 1;
inline constexpr int kSmallestCycle = 64; // indices are given out round-robin, at least so many

inline int index_of(int id)
{
    return id & kIndexMask;
}
inline int sequence_of(int id)
{
    return id >> kIndexBits;
}

// A time in the structures: of 32-bit programs in two halves, and as aligned as those.
#ifdef __LP64__
using Time = std::int64_t;
#else
using Time [[gnu::aligned(4)]] = std::int64_t;
#endif

struct Perm { // struct ipc64_perm
    std::int32_t key;
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint32_t cuid;
    std::uint32_t cgid;
#ifdef __LP64__
    std::uint32_t mode;
    std::uint16_t seq;
    std::uint16_t pad2;
    std::uint32_t hole;
#else
    std::uint16_t mode;
    std::uint16_t pad1;
    std::uint16_t seq;
    std::uint16_t pad2;
#endif
    unsigned long unused[2];
};
static_assert(sizeof(Perm) == sizeof(ipc64_perm)
              && offsetof(Perm, mode) == offsetof(ipc64_perm, mode)
              && offsetof(Perm, seq) == offsetof(ipc64_perm, seq));

} // namespace sysv
