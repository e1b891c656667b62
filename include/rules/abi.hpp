// SPDX-License-Identifier: GPL-2.0
/*
 * Flags, commands and structures of the system-call interface.  Values and layouts come from the
 * kernel's uapi headers by way of generated/kapi_layout.h.
 */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc::abi {

inline constexpr u32 kIpcCreate = KAPI_IPC_CREAT;
inline constexpr u32 kIpcExclusive = KAPI_IPC_EXCL;
inline constexpr u32 kIpcNoWait = KAPI_IPC_NOWAIT;
inline constexpr u32 kMsgNoError = KAPI_MSG_NOERROR;
inline constexpr u32 kMsgExcept = KAPI_MSG_EXCEPT;
inline constexpr u32 kMsgCopy = KAPI_MSG_COPY;

/* msgctl(2) */
enum class MsgCommand : i32 {
    Remove = KAPI_IPC_RMID,
    Set = KAPI_IPC_SET,
    Stat = KAPI_IPC_STAT,
    LimitInfo = KAPI_IPC_INFO,
    StatByIndex = KAPI_MSG_STAT,
    StatByIndexAny = KAPI_MSG_STAT_ANY,
    UsageInfo = KAPI_MSG_INFO,
};

/* semctl(2) */
enum class SemCommand : i32 {
    Remove = KAPI_IPC_RMID,
    Set = KAPI_IPC_SET,
    Stat = KAPI_IPC_STAT,
    LimitInfo = KAPI_IPC_INFO,
    GetPid = KAPI_GETPID,
    GetValue = KAPI_GETVAL,
    GetAll = KAPI_GETALL,
    CountDecreasers = KAPI_GETNCNT,
    CountZeroWaiters = KAPI_GETZCNT,
    SetValue = KAPI_SETVAL,
    SetAll = KAPI_SETALL,
    StatByIndex = KAPI_SEM_STAT,
    StatByIndexAny = KAPI_SEM_STAT_ANY,
    UsageInfo = KAPI_SEM_INFO,
};

/* shmctl(2) */
enum class ShmCommand : i32 {
    Remove = KAPI_IPC_RMID,
    Set = KAPI_IPC_SET,
    Stat = KAPI_IPC_STAT,
    LimitInfo = KAPI_IPC_INFO,
    Lock = KAPI_SHM_LOCK,
    Unlock = KAPI_SHM_UNLOCK,
    StatByIndex = KAPI_SHM_STAT,
    StatByIndexAny = KAPI_SHM_STAT_ANY,
    UsageInfo = KAPI_SHM_INFO_COMMAND,
};

/* struct ipc64_perm: <asm-generic/ipcbuf.h> */
struct IpcPerm {
    i32 key {};
    u32 uid {};
    u32 gid {};
    u32 cuid {};
    u32 cgid {};
    u32 mode {};
    u16 sequence {};
    u16 padding_a {};
    u32 padding_b {};
    u64 unused[2] {};
};
static_assert(sizeof(IpcPerm) == KAPI_IPC64_PERM_SIZE);
static_assert(offsetof(IpcPerm, mode) == KAPI_IPC64_PERM_MODE);
static_assert(offsetof(IpcPerm, sequence) == KAPI_IPC64_PERM_SEQ);

/* struct msqid64_ds: <asm-generic/msgbuf.h> */
struct MsgQueueStat {
    IpcPerm perm {};
    i64 send_time {};
    i64 receive_time {};
    i64 change_time {};
    u64 bytes {};
    u64 messages {};
    u64 most_bytes {};
    i32 last_sender {};
    i32 last_receiver {};
    u64 unused[2] {};
};
static_assert(sizeof(MsgQueueStat) == KAPI_MSQID64_DS_SIZE);
static_assert(offsetof(MsgQueueStat, send_time) == KAPI_MSQID64_DS_STIME);
static_assert(offsetof(MsgQueueStat, most_bytes) == KAPI_MSQID64_DS_QBYTES);
static_assert(offsetof(MsgQueueStat, last_receiver) == KAPI_MSQID64_DS_LRPID);

/* struct msginfo: <linux/msg.h> */
struct MsgInfo {
    i32 pool {};
    i32 map {};
    i32 most_message_bytes {};
    i32 most_queue_bytes {};
    i32 most_queues {};
    i32 segment_size {};
    i32 most_messages {};
    u16 segments {};
    u16 padding {};
};
static_assert(sizeof(MsgInfo) == KAPI_MSGINFO_SIZE);
static_assert(offsetof(MsgInfo, segments) == KAPI_MSGINFO_MSGSEG);

/* struct sembuf: <linux/sem.h> */
struct SemOp {
    u16 number {};
    i16 change {};
    u16 flags {};
};
static_assert(sizeof(SemOp) == KAPI_SEMBUF_SIZE);
inline constexpr u32 kSemUndo = KAPI_SEM_UNDO;

/* struct semid64_ds: <asm/sembuf.h> */
struct SemSetStat {
    IpcPerm perm {};
    i64 operation_time {};
    u64 unused_a {};
    i64 change_time {};
    u64 unused_b {};
    u64 semaphores {};
    u64 unused_c[2] {};
};
static_assert(sizeof(SemSetStat) == KAPI_SEMID64_DS_SIZE);
static_assert(offsetof(SemSetStat, operation_time) == KAPI_SEMID64_DS_OTIME);
static_assert(offsetof(SemSetStat, change_time) == KAPI_SEMID64_DS_CTIME);
static_assert(offsetof(SemSetStat, semaphores) == KAPI_SEMID64_DS_NSEMS);

/* struct seminfo: <linux/sem.h>; the names of sem(4) where there is no better one */
struct SemInfo {
    i32 semmap { KAPI_SEMMAP };
    i32 most_sets {};
    i32 most_semaphores {};
    i32 semmnu { KAPI_SEMMNU };
    i32 most_in_set {};
    i32 most_operations {};
    i32 semume { KAPI_SEMUME };
    i32 semusz { KAPI_SEMUSZ };
    i32 most_value { KAPI_SEMVMX };
    i32 semaem { KAPI_SEMAEM };
};
static_assert(sizeof(SemInfo) == KAPI_SEMINFO_SIZE);
static_assert(offsetof(SemInfo, semaem) == KAPI_SEMINFO_SEMAEM);

/* struct shmid64_ds: <asm-generic/shmbuf.h> */
struct ShmSegmentStat {
    IpcPerm perm {};
    u64 size {};
    i64 attach_time {};
    i64 detach_time {};
    i64 change_time {};
    i32 creator {};
    i32 last_operator {};
    u64 attaches {};
    u64 unused[2] {};
};
static_assert(sizeof(ShmSegmentStat) == KAPI_SHMID64_DS_SIZE);
static_assert(offsetof(ShmSegmentStat, size) == KAPI_SHMID64_DS_SEGSZ);
static_assert(offsetof(ShmSegmentStat, attach_time) == KAPI_SHMID64_DS_ATIME);
static_assert(offsetof(ShmSegmentStat, change_time) == KAPI_SHMID64_DS_CTIME);
static_assert(offsetof(ShmSegmentStat, last_operator) == KAPI_SHMID64_DS_LPID);
static_assert(offsetof(ShmSegmentStat, attaches) == KAPI_SHMID64_DS_NATTCH);

/* struct shminfo64: <asm-generic/shmbuf.h> */
struct ShmLimitInfo {
    u64 most_bytes {};
    u64 least_bytes { KAPI_SHMMIN };
    u64 most_segments {};
    u64 most_attached {};
    u64 most_pages {};
    u64 unused[4] {};
};
static_assert(sizeof(ShmLimitInfo) == KAPI_SHMINFO64_SIZE);
static_assert(offsetof(ShmLimitInfo, most_pages) == KAPI_SHMINFO64_SHMALL);

/* struct shm_info: <linux/shm.h> */
struct ShmUsageInfo {
    i32 segments {};
    u32 padding {};
    u64 pages {};
    u64 resident_pages {};
    u64 swapped_pages {};
    u64 swap_attempts {};
    u64 swap_successes {};
};
static_assert(sizeof(ShmUsageInfo) == KAPI_SHM_INFO_SIZE);
static_assert(offsetof(ShmUsageInfo, resident_pages) == KAPI_SHM_INFO_RSS);

inline constexpr u32 kShmReadOnly = KAPI_SHM_RDONLY;
inline constexpr u32 kShmRound = KAPI_SHM_RND;
inline constexpr u32 kShmRemap = KAPI_SHM_REMAP;
inline constexpr u32 kShmExecute = KAPI_SHM_EXEC;
inline constexpr u32 kShmHuge = KAPI_SHM_HUGETLB;
inline constexpr u32 kShmNoReserve = KAPI_SHM_NORESERVE;
/* From the flags of shmget(): the binary logarithm of the size of huge pages; 0: the usual. */
[[nodiscard]] constexpr u32 huge_page_size_log(u32 flags) noexcept
{
    return flags >> KAPI_SHM_HUGE_SHIFT & KAPI_SHM_HUGE_MASK;
}
static_assert(huge_page_size_log(21u << KAPI_SHM_HUGE_SHIFT | kShmHuge) == 21);

/* What a segment's mode shows beyond permissions. */
inline constexpr u32 kShmMarked = KAPI_SHM_DEST;
inline constexpr u32 kShmLocked = KAPI_SHM_LOCKED;

/* struct __kernel_timespec: <linux/time_types.h> */
struct Timespec {
    i64 seconds {};
    i64 nanoseconds {};
};
static_assert(sizeof(Timespec) == KAPI_TIMESPEC_SIZE);

/* What IPC_INFO reports for limits that no longer exist: <linux/msg.h>. */
inline constexpr i32 kMsgPool = KAPI_MSGPOOL;
inline constexpr i32 kMsgMap = KAPI_MSGMAP;
inline constexpr i32 kMsgTql = KAPI_MSGTQL;
inline constexpr i32 kMsgSsz = KAPI_MSGSSZ;
inline constexpr u16 kMsgSeg = KAPI_MSGSEG;

} // namespace sysvipc::abi
