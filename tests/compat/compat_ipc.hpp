// SPDX-License-Identifier: GPL-2.0
/*
 * ipc(2), through which 32-bit programs reach all of System V IPC, and the older versions of its
 * structures, byte for byte.  For 32-bit programs only.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/sysv_ipc.hpp"

#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

namespace sysv {

// The calls that it is made of; the upper half of the number is a version, which few of them look at.
enum class IpcCall : unsigned {
    Semop = 1,
    Semget = 2,
    Semctl = 3,
    Semtimedop = 4,
    Msgsnd = 11,
    Msgrcv = 12,
    Msgget = 13,
    Msgctl = 14,
    Shmat = 21,
    Shmdt = 22,
    Shmget = 23,
    Shmctl = 24,
};

inline Outcome ipc(unsigned call, long first, long second = 0, long third = 0,
                   const void* ptr = nullptr, long fifth = 0)
{
    return Outcome::of(syscall(SYS_ipc, call, first, second, third, ptr, fifth));
}
inline Outcome ipc(IpcCall call, long first, long second = 0, long third = 0,
                   const void* ptr = nullptr, long fifth = 0)
{
    return ipc(static_cast<unsigned>(call), first, second, third, ptr, fifth);
}
constexpr unsigned with_version(IpcCall call, unsigned version)
{
    return version << 16 | static_cast<unsigned>(call);
}

// The structure in which msgrcv() of version 0 finds its buffer and its type.
struct ReceiveArguments { // struct ipc_kludge
    void* buffer;
    long type;
};

// The time-out of the semtimedop() in it.
struct OldTime { // struct old_timespec32
    std::int32_t seconds;
    std::int32_t nanoseconds;
};

struct OldPerm { // struct ipc_perm
    std::int32_t key;
    std::uint16_t uid;
    std::uint16_t gid;
    std::uint16_t cuid;
    std::uint16_t cgid;
    std::uint16_t mode;
    std::uint16_t seq;
};

struct OldQueueStat { // struct msqid_ds
    OldPerm perm;
    std::uint32_t first;
    std::uint32_t last;
    std::int32_t stime;
    std::int32_t rtime;
    std::int32_t ctime;
    std::uint32_t lcbytes;
    std::uint32_t lqbytes;
    std::uint16_t cbytes;
    std::uint16_t qnum;
    std::uint16_t qbytes;
    std::uint16_t lspid;
    std::uint16_t lrpid;
    std::uint16_t padding;
};

struct OldSetStat { // struct semid_ds
    OldPerm perm;
    std::int32_t otime;
    std::int32_t ctime;
    std::uint32_t base;
    std::uint32_t pending;
    std::uint32_t pending_last;
    std::uint32_t undo;
    std::uint16_t nsems;
    std::uint16_t padding;
};

struct OldSegmentStat { // struct shmid_ds
    OldPerm perm;
    std::int32_t segsz;
    std::int32_t atime;
    std::int32_t dtime;
    std::int32_t ctime;
    std::uint16_t cpid;
    std::uint16_t lpid;
    std::uint16_t nattch;
    std::uint16_t unused;
    std::uint32_t unused2;
    std::uint32_t unused3;
};

struct OldShmLimits { // struct shminfo
    std::int32_t shmmax;
    std::int32_t shmmin;
    std::int32_t shmmni;
    std::int32_t shmseg;
    std::int32_t shmall;
};

// The default overflow id: the older version shows it for an id above 16 bits.
inline constexpr std::uint16_t kOverflowId = 65534;

} // namespace sysv
