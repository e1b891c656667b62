// SPDX-License-Identifier: GPL-2.0
/*
 * The calls by which 32-bit programs have always reached System V IPC, on some processors only ipc(2),
 * and the older versions of its structures, byte for byte.  For 32-bit programs only.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/sysv_ipc.hpp"

#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

namespace sysv {

// The structure in which msgrcv() of version 0 finds its buffer and its type.
struct ReceiveArguments { // struct ipc_kludge
    void* buffer;
    long type;
};

#ifdef SYS_ipc

// The calls that ipc(2) is made of; the upper half of the number is a version, which few of them look at.
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

#endif

// The time-out of the original semtimedop().
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

// Commands choose the version of a structure: the older one, except with kIpc64.
namespace original {

#ifdef SYS_ipc

inline constexpr long kMsgsndNumber = SYS_ipc;
inline constexpr long kMsgrcvNumber = SYS_ipc;
inline constexpr long kSemtimedopNumber = SYS_ipc;

inline Outcome msgsnd(int id, const void* message, long size, int flags)
{
    return ipc(IpcCall::Msgsnd, id, size, flags, message);
}
inline Outcome msgrcv(int id, void* message, long size, long type, int flags)
{
    return ipc(with_version(IpcCall::Msgrcv, 1), id, size, flags, message, type);
}
inline Outcome msgctl(int id, int command, void* buffer)
{
    return ipc(IpcCall::Msgctl, id, command, 0, buffer);
}
inline Outcome semop(int id, const void* operations, long count)
{
    return ipc(IpcCall::Semop, id, count, 0, operations);
}
inline Outcome semtimedop(int id, const void* operations, long count, const void* timeout)
{
    return ipc(IpcCall::Semtimedop, id, count, 0, operations, reinterpret_cast<long>(timeout));
}
inline Outcome semctl(int id, int number, int command, unsigned long argument)
{
    return ipc(IpcCall::Semctl, id, number, command, &argument);
}
inline Outcome shmget(key_t key, std::size_t size, int flags)
{
    return ipc(IpcCall::Shmget, key, static_cast<long>(size), flags);
}
inline Outcome shmctl(int id, int command, const void* buffer)
{
    return ipc(IpcCall::Shmctl, id, command, 0, buffer);
}

#else

inline constexpr long kMsgsndNumber = SYS_msgsnd;
inline constexpr long kMsgrcvNumber = SYS_msgrcv;
inline constexpr long kSemtimedopNumber = SYS_semtimedop;

inline Outcome msgsnd(int id, const void* message, long size, int flags)
{
    return Outcome::of(syscall(SYS_msgsnd, id, message, size, flags));
}
inline Outcome msgrcv(int id, void* message, long size, long type, int flags)
{
    return Outcome::of(syscall(SYS_msgrcv, id, message, size, type, flags));
}
inline Outcome msgctl(int id, int command, void* buffer)
{
    return Outcome::of(syscall(SYS_msgctl, id, command, buffer));
}
inline Outcome semop(int id, const void* operations, long count)
{
    return Outcome::of(syscall(SYS_semop, id, operations, count));
}
inline Outcome semtimedop(int id, const void* operations, long count, const void* timeout)
{
    return Outcome::of(syscall(SYS_semtimedop, id, operations, count, timeout));
}
inline Outcome semctl(int id, int number, int command, unsigned long argument)
{
    return Outcome::of(syscall(SYS_semctl, id, number, command, argument));
}
inline Outcome shmget(key_t key, std::size_t size, int flags)
{
    return Outcome::of(syscall(SYS_shmget, key, size, flags));
}
inline Outcome shmctl(int id, int command, const void* buffer)
{
    return Outcome::of(syscall(SYS_shmctl, id, command, buffer));
}

#endif

} // namespace original

} // namespace sysv
