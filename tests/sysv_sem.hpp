// SPDX-License-Identifier: GPL-2.0
/*
 * The semaphore system calls, raw, and the structures they write, byte for byte.
 *
 * The calls go through syscall(2), so no C library stands between a test and the kernel.
 */
#pragma once

#include "outcome.hpp"
#include "sysv_ipc.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif

namespace sysv {

inline constexpr int kDefaultSemmsl = 32000;
inline constexpr int kDefaultSemmns = 1024000000;
inline constexpr int kDefaultSemopm = 500;
inline constexpr int kDefaultSemmni = 32000;
inline constexpr int kHighestValue = 32767;

struct SetStat { // struct semid64_ds
    Perm perm;
    std::int64_t otime;
    std::uint64_t unused1;
    std::int64_t ctime;
    std::uint64_t unused2;
    std::uint64_t nsems;
    std::uint64_t unused3[2];
};
static_assert(sizeof(SetStat) == 104 && sizeof(SetStat) == sizeof(struct semid_ds));
static_assert(offsetof(SetStat, nsems) == 80);

struct SemInfo { // struct seminfo
    std::int32_t semmap;
    std::int32_t semmni;
    std::int32_t semmns;
    std::int32_t semmnu;
    std::int32_t semmsl;
    std::int32_t semopm;
    std::int32_t semume;
    std::int32_t semusz;
    std::int32_t semvmx;
    std::int32_t semaem;
};
static_assert(sizeof(SemInfo) == 40 && sizeof(sembuf) == 6);

inline Outcome semget(key_t key, int nsems, int flags)
{
    return Outcome::of(syscall(SYS_semget, key, nsems, flags));
}

inline Outcome semop(int id, const sembuf* operations, std::size_t count)
{
    return Outcome::of(syscall(SYS_semop, id, operations, count));
}

inline Outcome semtimedop(int id, const sembuf* operations, std::size_t count,
                          const timespec* timeout)
{
    return Outcome::of(syscall(SYS_semtimedop, id, operations, count, timeout));
}

inline Outcome semctl(int id, int number, int command, unsigned long argument = 0)
{
    return Outcome::of(syscall(SYS_semctl, id, number, command, argument));
}

inline Outcome semctl(int id, int number, int command, const void* argument)
{
    return Outcome::of(syscall(SYS_semctl, id, number, command, argument));
}

} // namespace sysv
