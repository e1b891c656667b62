// SPDX-License-Identifier: GPL-2.0
/*
 * The message queue system calls, raw, and the structures they write, byte for byte.
 *
 * The calls go through syscall(2), so no C library stands between a test and the kernel.  The
 * structures name the padding that the kernel's own leave unnamed, because tests look at it.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/sysv_ipc.hpp"

#include <asm/msgbuf.h>
#include <cstddef>
#include <cstdint>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

namespace sysv {

inline constexpr std::size_t kDefaultMsgmax = 8192;
inline constexpr std::size_t kDefaultMsgmnb = 16384;
inline constexpr int kDefaultMsgmni = 32000;

struct QueueStat { // struct msqid64_ds
    Perm perm;
    Time stime;
    Time rtime;
    Time ctime;
    unsigned long cbytes;
    unsigned long qnum;
    unsigned long qbytes;
    std::int32_t lspid;
    std::int32_t lrpid;
    unsigned long unused[2];
};
static_assert(sizeof(QueueStat) == sizeof(msqid64_ds)
              && offsetof(QueueStat, stime) == offsetof(msqid64_ds, msg_stime)
              && offsetof(QueueStat, qnum) == offsetof(msqid64_ds, msg_qnum)
              && offsetof(QueueStat, lspid) == offsetof(msqid64_ds, msg_lspid));

struct Info { // struct msginfo
    std::int32_t msgpool;
    std::int32_t msgmap;
    std::int32_t msgmax;
    std::int32_t msgmnb;
    std::int32_t msgmni;
    std::int32_t msgssz;
    std::int32_t msgtql;
    std::uint16_t msgseg;
    std::uint16_t padding;
};
static_assert(sizeof(Info) == 32 && sizeof(Info) == sizeof(struct msginfo));

inline Outcome msgget(key_t key, int flags)
{
    return Outcome::of(syscall(SYS_msgget, key, flags));
}

inline Outcome msgsnd(int id, const void* message, std::size_t size, int flags)
{
    return Outcome::of(syscall(SYS_msgsnd, id, message, size, flags));
}

inline Outcome msgrcv(int id, void* message, std::size_t size, long type, int flags)
{
    return Outcome::of(syscall(SYS_msgrcv, id, message, size, type, flags));
}

inline Outcome msgctl(int id, int command, void* argument)
{
    return Outcome::of(syscall(SYS_msgctl, id, command, argument));
}

} // namespace sysv
