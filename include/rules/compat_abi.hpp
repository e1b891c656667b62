// SPDX-License-Identifier: GPL-2.0
/*
 * Structures of the system call interface for 32-bit programs (rules/abi.hpp has those for 64-bit ones).
 * There are two versions: the current one, whose layouts come from the kernel's headers through
 * generated/kapi_layout.h, and an older one with 16-bit ids, counts and pids, which those headers do not
 * define: tests/compat/compat_layout.cpp compares it with the headers of 32-bit programs.
 */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc::compat {

/* A 64-bit time in two halves, one after the other. */
struct SplitTime {
    u32 low {};
    u32 high {};
};

/* struct compat_ipc64_perm: <asm-generic/compat.h>, as the next three */
struct IpcPerm {
    i32 key {};
    u32 uid {};
    u32 gid {};
    u32 cuid {};
    u32 cgid {};
    u16 mode {};
    u16 padding_a {};
    u16 seq {};
    u16 padding_b {};
    u32 unused[2] {};
};
static_assert(sizeof(IpcPerm) == KAPI_COMPAT_IPC64_PERM_SIZE);
static_assert(offsetof(IpcPerm, mode) == KAPI_COMPAT_IPC64_PERM_MODE);
static_assert(offsetof(IpcPerm, seq) == KAPI_COMPAT_IPC64_PERM_SEQ);

/* struct compat_msqid64_ds */
struct MsgQueueStat {
    IpcPerm perm {};
    SplitTime stime {};
    SplitTime rtime {};
    SplitTime ctime {};
    u32 cbytes {};
    u32 qnum {};
    u32 qbytes {};
    i32 lspid {};
    i32 lrpid {};
    u32 unused[2] {};
};
static_assert(sizeof(MsgQueueStat) == KAPI_COMPAT_MSQID64_DS_SIZE);
static_assert(offsetof(MsgQueueStat, stime) == KAPI_COMPAT_MSQID64_DS_STIME);
static_assert(offsetof(MsgQueueStat, qbytes) == KAPI_COMPAT_MSQID64_DS_QBYTES);
static_assert(offsetof(MsgQueueStat, lrpid) == KAPI_COMPAT_MSQID64_DS_LRPID);

/* struct compat_semid64_ds */
struct SemSetStat {
    IpcPerm perm {};
    SplitTime otime {};
    SplitTime ctime {};
    u32 nsems {};
    u32 unused[2] {};
};
static_assert(sizeof(SemSetStat) == KAPI_COMPAT_SEMID64_DS_SIZE);
static_assert(offsetof(SemSetStat, ctime) == KAPI_COMPAT_SEMID64_DS_CTIME);
static_assert(offsetof(SemSetStat, nsems) == KAPI_COMPAT_SEMID64_DS_NSEMS);

/* struct compat_shmid64_ds */
struct ShmSegmentStat {
    IpcPerm perm {};
    u32 segsz {};
    SplitTime atime {};
    SplitTime dtime {};
    SplitTime ctime {};
    i32 cpid {};
    i32 lpid {};
    u32 nattch {};
    u32 unused[2] {};
};
static_assert(sizeof(ShmSegmentStat) == KAPI_COMPAT_SHMID64_DS_SIZE);
static_assert(offsetof(ShmSegmentStat, segsz) == KAPI_COMPAT_SHMID64_DS_SEGSZ);
static_assert(offsetof(ShmSegmentStat, ctime) == KAPI_COMPAT_SHMID64_DS_CTIME);
static_assert(offsetof(ShmSegmentStat, lpid) == KAPI_COMPAT_SHMID64_DS_LPID);
static_assert(offsetof(ShmSegmentStat, nattch) == KAPI_COMPAT_SHMID64_DS_NATTCH);

/* struct shminfo64 and struct shm_info, for programs with a 32-bit long */
struct ShmLimitInfo {
    u32 shmmax {};
    u32 shmmin {};
    u32 shmmni {};
    u32 shmseg {};
    u32 shmall {};
    u32 unused[4] {};
};
struct ShmUsageInfo {
    i32 used_ids {};
    u32 shm_tot {};
    u32 shm_rss {};
    u32 shm_swp {};
    u32 swap_attempts {};
    u32 swap_successes {};
};
static_assert(sizeof(ShmLimitInfo) == 36 && sizeof(ShmUsageInfo) == 24);

/* struct ipc_perm */
struct OldIpcPerm {
    i32 key {};
    u16 uid {};
    u16 gid {};
    u16 cuid {};
    u16 cgid {};
    u16 mode {};
    u16 seq {};
};
static_assert(sizeof(OldIpcPerm) == 16);

/* struct msqid_ds */
struct OldMsgQueueStat {
    OldIpcPerm perm {};
    u32 unused_a[2] {};
    i32 stime {};
    i32 rtime {};
    i32 ctime {};
    u32 unused_b[2] {};
    u16 cbytes {};
    u16 qnum {};
    u16 qbytes {};
    u16 lspid {};
    u16 lrpid {};
    u16 padding {};
};
static_assert(sizeof(OldMsgQueueStat) == 56 && offsetof(OldMsgQueueStat, cbytes) == 44);

/* struct semid_ds */
struct OldSemSetStat {
    OldIpcPerm perm {};
    i32 otime {};
    i32 ctime {};
    u32 unused[4] {};
    u16 nsems {};
    u16 padding {};
};
static_assert(sizeof(OldSemSetStat) == 44 && offsetof(OldSemSetStat, nsems) == 40);

/* struct shmid_ds */
struct OldShmSegmentStat {
    OldIpcPerm perm {};
    i32 segsz {};
    i32 atime {};
    i32 dtime {};
    i32 ctime {};
    u16 cpid {};
    u16 lpid {};
    u16 nattch {};
    u16 unused_a {};
    u32 unused_b[2] {};
};
static_assert(sizeof(OldShmSegmentStat) == 48 && offsetof(OldShmSegmentStat, cpid) == 32);

/* struct shminfo */
struct OldShmLimitInfo {
    i32 shmmax {};
    i32 shmmin {};
    i32 shmmni {};
    i32 shmseg {};
    i32 shmall {};
};
static_assert(sizeof(OldShmLimitInfo) == 20);

/* As abi::kShmlba, but larger on some architectures. */
inline constexpr unsigned long kShmlba = KAPI_COMPAT_SHMLBA;

/* struct old_timespec32: <linux/time32.h> */
struct Timespec {
    i32 seconds {};
    i32 nanoseconds {};
};
static_assert(sizeof(Timespec) == KAPI_OLD_TIMESPEC32_SIZE);

/* struct ipc_kludge: <linux/ipc.h>: for the oldest msgrcv() of ipc(2), which lacks registers */
struct ReceiveArguments {
    u32 buffer {};
    i32 type {};
};
static_assert(sizeof(ReceiveArguments) == 8);

/* The calls within ipc(2): <linux/ipc.h>. */
enum class IpcCall : u32 {
    SEMOP = KAPI_IPC_CALL_SEMOP,
    SEMGET = KAPI_IPC_CALL_SEMGET,
    SEMCTL = KAPI_IPC_CALL_SEMCTL,
    SEMTIMEDOP = KAPI_IPC_CALL_SEMTIMEDOP,
    MSGSND = KAPI_IPC_CALL_MSGSND,
    MSGRCV = KAPI_IPC_CALL_MSGRCV,
    MSGGET = KAPI_IPC_CALL_MSGGET,
    MSGCTL = KAPI_IPC_CALL_MSGCTL,
    SHMAT = KAPI_IPC_CALL_SHMAT,
    SHMDT = KAPI_IPC_CALL_SHMDT,
    SHMGET = KAPI_IPC_CALL_SHMGET,
    SHMCTL = KAPI_IPC_CALL_SHMCTL,
};

/* In ipc(2) and in the old *ctl() calls, the command includes the version of its structure. */
inline constexpr u32 kCurrentVersion = KAPI_IPC_64;

/* True if @command, which may be unknown, has a structure. */
[[nodiscard]] constexpr bool has_structure(abi::MsgCommand command) noexcept
{
    using enum abi::MsgCommand;
    return command == IPC_SET || command == IPC_STAT || command == IPC_INFO || command == MSG_STAT
        || command == MSG_STAT_ANY || command == MSG_INFO;
}

[[nodiscard]] constexpr bool has_structure(abi::SemCommand command) noexcept
{
    using enum abi::SemCommand;
    return command == IPC_SET || command == IPC_STAT || command == IPC_INFO || command == SEM_STAT
        || command == SEM_STAT_ANY || command == SEM_INFO;
}

[[nodiscard]] constexpr bool has_structure(abi::ShmCommand command) noexcept
{
    using enum abi::ShmCommand;
    return command == IPC_SET || command == IPC_STAT || command == IPC_INFO || command == SHM_STAT
        || command == SHM_STAT_ANY || command == SHM_INFO;
}

} // namespace sysvipc::compat
