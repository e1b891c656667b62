// SPDX-License-Identifier: GPL-2.0
/*
 * The shared memory system calls, raw, and the structures they write, byte for byte.
 *
 * The calls go through syscall(2), so no C library stands between a test and the kernel.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/sysv_ipc.hpp"

#include <asm/shmbuf.h>
#include <climits>
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
// As IPC_INFO shows them.
#ifdef __LP64__
inline constexpr unsigned long kShownShmmax = kDefaultShmmax;
inline constexpr unsigned long kShownShmall = kDefaultShmall;
#else
inline constexpr unsigned long kShownShmmax = INT_MAX;
inline constexpr unsigned long kShownShmall = static_cast<std::uint32_t>(kDefaultShmall);
#endif
inline constexpr int kDefaultShmmni = 4096;
inline constexpr unsigned kMarked = 01000; // in the mode of a segment: SHM_DEST
inline constexpr unsigned kLocked = 02000;

struct SegmentStat { // struct shmid64_ds
    Perm perm;
    std::size_t segsz;
    Time atime;
    Time dtime;
    Time ctime;
    std::int32_t cpid;
    std::int32_t lpid;
    unsigned long nattch;
    unsigned long unused[2];
};
static_assert(sizeof(SegmentStat) == sizeof(shmid64_ds)
              && offsetof(SegmentStat, segsz) == offsetof(shmid64_ds, shm_segsz)
              && offsetof(SegmentStat, atime) == offsetof(shmid64_ds, shm_atime)
              && offsetof(SegmentStat, cpid) == offsetof(shmid64_ds, shm_cpid)
              && offsetof(SegmentStat, nattch) == offsetof(shmid64_ds, shm_nattch));

struct ShmLimits { // struct shminfo64
    unsigned long shmmax;
    unsigned long shmmin;
    unsigned long shmmni;
    unsigned long shmseg;
    unsigned long shmall;
    unsigned long unused[4];
};
static_assert(sizeof(ShmLimits) == sizeof(shminfo64));

struct ShmUsage { // struct shm_info
    std::int32_t used_ids;
#ifdef __LP64__
    std::uint32_t hole;
#endif
    unsigned long shm_tot;
    unsigned long shm_rss;
    unsigned long shm_swp;
    unsigned long swap_attempts;
    unsigned long swap_successes;
};
static_assert(sizeof(ShmUsage) == 6 * sizeof(long) && sizeof(ShmUsage) == sizeof(shm_info));

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
