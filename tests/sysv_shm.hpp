// SPDX-License-Identifier: GPL-2.0
/*
 * The shared memory system calls, raw, and the structures they write, byte for byte.
 *
 * The calls go through syscall(2), so no C library stands between a test and the kernel.
 */
#pragma once

#include "outcome.hpp"
#include "sysv_ipc.hpp"

#include <cstddef>
#include <cstdint>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif
#ifndef SHM_HUGE_SHIFT
#define SHM_HUGE_SHIFT 26
#endif

namespace sysv {

inline constexpr std::uint64_t kDefaultShmmax = ~std::uint64_t { 0 } - (1 << 24);
inline constexpr std::uint64_t kDefaultShmall = kDefaultShmmax;
inline constexpr int kDefaultShmmni = 4096;
inline constexpr unsigned kMarked = 01000; // what the mode of a segment shows (SHM_DEST)
inline constexpr unsigned kLocked = 02000;

struct SegmentStat { // struct shmid64_ds
    Perm perm;
    std::uint64_t segsz;
    std::int64_t atime;
    std::int64_t dtime;
    std::int64_t ctime;
    std::int32_t cpid;
    std::int32_t lpid;
    std::uint64_t nattch;
    std::uint64_t unused[2];
};
static_assert(sizeof(SegmentStat) == 112 && sizeof(SegmentStat) == sizeof(struct shmid_ds));
static_assert(offsetof(SegmentStat, nattch) == 88);

struct ShmLimits { // struct shminfo64
    std::uint64_t shmmax;
    std::uint64_t shmmin;
    std::uint64_t shmmni;
    std::uint64_t shmseg;
    std::uint64_t shmall;
    std::uint64_t unused[4];
};
static_assert(sizeof(ShmLimits) == 72);

struct ShmUsage { // struct shm_info
    std::int32_t used_ids;
    std::uint32_t hole;
    std::uint64_t shm_tot;
    std::uint64_t shm_rss;
    std::uint64_t shm_swp;
    std::uint64_t swap_attempts;
    std::uint64_t swap_successes;
};
static_assert(sizeof(ShmUsage) == 48);

inline Outcome shmget(key_t key, std::size_t size, int flags)
{
    return Outcome::of(syscall(SYS_shmget, key, size, flags));
}

inline Outcome shmat(int id, const void* address, int flags)
{
    return Outcome::of(syscall(SYS_shmat, id, address, flags));
}

inline Outcome shmdt(const void* address)
{
    return Outcome::of(syscall(SYS_shmdt, address));
}

inline Outcome shmctl(int id, int command, void* buffer = nullptr)
{
    return Outcome::of(syscall(SYS_shmctl, id, command, buffer));
}

} // namespace sysv
