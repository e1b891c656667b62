// SPDX-License-Identifier: GPL-2.0
/*
 * Structures of the system-call interface as 32-bit programs have them (rules/abi.hpp has the others).
 * There are two versions: the current one, whose layouts come from the kernel's headers by way of
 * generated/kapi_layout.h, and an older one with ids, counts and process numbers of 16 bits, which
 * those headers do not have: tests/compat_layout.cpp compares it with what 32-bit programs include.
 */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc::compat {

/* A time of 64 bits in two halves, one behind the other. */
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
    u16 sequence {};
    u16 padding_b {};
    u32 unused[2] {};
};
static_assert(sizeof(IpcPerm) == KAPI_COMPAT_IPC64_PERM_SIZE);
static_assert(offsetof(IpcPerm, mode) == KAPI_COMPAT_IPC64_PERM_MODE);
static_assert(offsetof(IpcPerm, sequence) == KAPI_COMPAT_IPC64_PERM_SEQ);

/* struct compat_msqid64_ds */
struct MsgQueueStat {
    IpcPerm perm {};
    SplitTime send_time {};
    SplitTime receive_time {};
    SplitTime change_time {};
    u32 bytes {};
    u32 messages {};
    u32 most_bytes {};
    i32 last_sender {};
    i32 last_receiver {};
    u32 unused[2] {};
};
static_assert(sizeof(MsgQueueStat) == KAPI_COMPAT_MSQID64_DS_SIZE);
static_assert(offsetof(MsgQueueStat, send_time) == KAPI_COMPAT_MSQID64_DS_STIME);
static_assert(offsetof(MsgQueueStat, most_bytes) == KAPI_COMPAT_MSQID64_DS_QBYTES);
static_assert(offsetof(MsgQueueStat, last_receiver) == KAPI_COMPAT_MSQID64_DS_LRPID);

/* struct compat_semid64_ds */
struct SemSetStat {
    IpcPerm perm {};
    SplitTime operation_time {};
    SplitTime change_time {};
    u32 semaphores {};
    u32 unused[2] {};
};
static_assert(sizeof(SemSetStat) == KAPI_COMPAT_SEMID64_DS_SIZE);
static_assert(offsetof(SemSetStat, change_time) == KAPI_COMPAT_SEMID64_DS_CTIME);
static_assert(offsetof(SemSetStat, semaphores) == KAPI_COMPAT_SEMID64_DS_NSEMS);

/* struct compat_shmid64_ds */
struct ShmSegmentStat {
    IpcPerm perm {};
    u32 size {};
    SplitTime attach_time {};
    SplitTime detach_time {};
    SplitTime change_time {};
    i32 creator {};
    i32 last_operator {};
    u32 attaches {};
    u32 unused[2] {};
};
static_assert(sizeof(ShmSegmentStat) == KAPI_COMPAT_SHMID64_DS_SIZE);
static_assert(offsetof(ShmSegmentStat, size) == KAPI_COMPAT_SHMID64_DS_SEGSZ);
static_assert(offsetof(ShmSegmentStat, change_time) == KAPI_COMPAT_SHMID64_DS_CTIME);
static_assert(offsetof(ShmSegmentStat, last_operator) == KAPI_COMPAT_SHMID64_DS_LPID);
static_assert(offsetof(ShmSegmentStat, attaches) == KAPI_COMPAT_SHMID64_DS_NATTCH);

/* struct shminfo64 and struct shm_info, for programs whose long has 32 bits */
struct ShmLimitInfo {
    u32 most_bytes {};
    u32 least_bytes {};
    u32 most_segments {};
    u32 most_attached {};
    u32 most_pages {};
    u32 unused[4] {};
};
struct ShmUsageInfo {
    i32 segments {};
    u32 pages {};
    u32 resident_pages {};
    u32 swapped_pages {};
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
    u16 sequence {};
};
static_assert(sizeof(OldIpcPerm) == 16);

/* struct msqid_ds */
struct OldMsgQueueStat {
    OldIpcPerm perm {};
    u32 unused_a[2] {};
    i32 send_time {};
    i32 receive_time {};
    i32 change_time {};
    u32 unused_b[2] {};
    u16 bytes {};
    u16 messages {};
    u16 most_bytes {};
    u16 last_sender {};
    u16 last_receiver {};
    u16 padding {};
};
static_assert(sizeof(OldMsgQueueStat) == 56 && offsetof(OldMsgQueueStat, bytes) == 44);

/* struct semid_ds */
struct OldSemSetStat {
    OldIpcPerm perm {};
    i32 operation_time {};
    i32 change_time {};
    u32 unused[4] {};
    u16 semaphores {};
    u16 padding {};
};
static_assert(sizeof(OldSemSetStat) == 44 && offsetof(OldSemSetStat, semaphores) == 40);

/* struct shmid_ds */
struct OldShmSegmentStat {
    OldIpcPerm perm {};
    i32 size {};
    i32 attach_time {};
    i32 detach_time {};
    i32 change_time {};
    u16 creator {};
    u16 last_operator {};
    u16 attaches {};
    u16 unused_a {};
    u32 unused_b[2] {};
};
static_assert(sizeof(OldShmSegmentStat) == 48 && offsetof(OldShmSegmentStat, creator) == 32);

/* struct shminfo */
struct OldShmLimitInfo {
    i32 most_bytes {};
    i32 least_bytes {};
    i32 most_segments {};
    i32 most_attached {};
    i32 most_pages {};
};
static_assert(sizeof(OldShmLimitInfo) == 20);

/* struct old_timespec32: <linux/time32.h> */
struct Timespec {
    i32 seconds {};
    i32 nanoseconds {};
};
static_assert(sizeof(Timespec) == KAPI_OLD_TIMESPEC32_SIZE);

/* struct ipc_kludge: <linux/ipc.h>: what the oldest msgrcv() of ipc(2) takes for want of registers */
struct ReceiveArguments {
    u32 buffer {};
    i32 type {};
};
static_assert(sizeof(ReceiveArguments) == 8);

/* The calls that ipc(2) is made of: <linux/ipc.h>. */
enum class IpcCall : u32 {
    SemOperate = KAPI_IPC_CALL_SEMOP,
    SemGet = KAPI_IPC_CALL_SEMGET,
    SemControl = KAPI_IPC_CALL_SEMCTL,
    SemOperateUntil = KAPI_IPC_CALL_SEMTIMEDOP,
    MsgSend = KAPI_IPC_CALL_MSGSND,
    MsgReceive = KAPI_IPC_CALL_MSGRCV,
    MsgGet = KAPI_IPC_CALL_MSGGET,
    MsgControl = KAPI_IPC_CALL_MSGCTL,
    ShmAttach = KAPI_IPC_CALL_SHMAT,
    ShmDetach = KAPI_IPC_CALL_SHMDT,
    ShmGet = KAPI_IPC_CALL_SHMGET,
    ShmControl = KAPI_IPC_CALL_SHMCTL,
};

/* A command of the *ctl() calls of ipc(2) carries the version of the structure that comes with it. */
inline constexpr u32 kCurrentVersion = KAPI_IPC_64;

/* Whether a structure comes with @command, one of abi::MsgCommand, SemCommand, ShmCommand or unknown. */
template <class Command>
[[nodiscard]] constexpr bool has_structure(Command command) noexcept
{
    switch (command) {
    case Command::Set:
    case Command::Stat:
    case Command::LimitInfo:
    case Command::StatByIndex:
    case Command::StatByIndexAny:
    case Command::UsageInfo:
        return true;
    default:
        return false;
    }
}

} // namespace sysvipc::compat
