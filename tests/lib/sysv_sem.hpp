// SPDX-License-Identifier: GPL-2.0
/*
 * The semaphore system calls, raw, and the structures they write, byte for byte.
 *
 * The calls go through syscall(2), so no C library stands between a test and the kernel.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/sysv_ipc.hpp"

#include <asm/sembuf.h>
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
    Time otime;
#ifdef __x86_64__
    std::uint64_t unused1;
#endif
    Time ctime;
#ifdef __x86_64__
    std::uint64_t unused2;
#endif
    unsigned long nsems;
    unsigned long unused3[2];
};
static_assert(sizeof(SetStat) == sizeof(semid64_ds)
              && offsetof(SetStat, otime) == offsetof(semid64_ds, sem_otime)
              && offsetof(SetStat, ctime) == offsetof(semid64_ds, sem_ctime)
              && offsetof(SetStat, nsems) == offsetof(semid64_ds, sem_nsems));

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

// By which numbers a task enters the kernel.
#ifdef SYS_semop
inline constexpr long kSemopNumber = SYS_semop;
#else
inline constexpr long kSemopNumber = SYS_ipc;
#endif
#ifdef __LP64__
inline constexpr long kSemtimedopNumber = SYS_semtimedop;
#else
inline constexpr long kSemtimedopNumber = SYS_semtimedop_time64;
#endif

inline Outcome semop(int id, const sembuf* operations, std::size_t count)
{
#ifdef SYS_semop
    return Outcome::of(syscall(SYS_semop, id, operations, count));
#else
    constexpr int kSemopOfIpc = 1; // there is none with a number of its own
    return Outcome::of(syscall(SYS_ipc, kSemopOfIpc, id, count, 0, operations, 0));
#endif
}

// The time is of 64 bits in either kind of program.
inline Outcome semtimedop(int id, const sembuf* operations, std::size_t count,
                          const timespec* timeout)
{
    static_assert(sizeof(timespec) == 16);
    return Outcome::of(syscall(kSemtimedopNumber, id, operations, count, timeout));
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
