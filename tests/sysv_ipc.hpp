// SPDX-License-Identifier: GPL-2.0
/*
 * What the three facilities of System V IPC have in common: ids, and the owner's structure.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/ipc.h>

namespace sysv {

inline constexpr int kIpc64 = 0x100; // the version bit that old ABIs put into cmd
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

struct Perm { // struct ipc64_perm
    std::int32_t key;
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint32_t cuid;
    std::uint32_t cgid;
    std::uint32_t mode;
    std::uint16_t seq;
    std::uint16_t pad2;
    std::uint32_t hole;
    std::uint64_t unused[2];
};
static_assert(sizeof(Perm) == 48 && offsetof(Perm, mode) == 20 && offsetof(Perm, unused) == 32);

} // namespace sysv
