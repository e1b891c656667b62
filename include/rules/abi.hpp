// SPDX-License-Identifier: GPL-2.0
/*
 * Flags, commands and structures of the system call interface.  Values and layouts come from the
 * kernel's uapi headers through generated/kapi_layout.h.
 */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc::abi {

inline constexpr u32 IPC_CREAT = KAPI_IPC_CREAT;
inline constexpr u32 IPC_EXCL = KAPI_IPC_EXCL;
inline constexpr u32 IPC_NOWAIT = KAPI_IPC_NOWAIT;
inline constexpr u32 MSG_NOERROR = KAPI_MSG_NOERROR;
inline constexpr u32 MSG_EXCEPT = KAPI_MSG_EXCEPT;
inline constexpr u32 MSG_COPY = KAPI_MSG_COPY;

/* msgctl(2) */
enum class MsgCommand : i32 {
    IPC_RMID = KAPI_IPC_RMID,
    IPC_SET = KAPI_IPC_SET,
    IPC_STAT = KAPI_IPC_STAT,
    IPC_INFO = KAPI_IPC_INFO,
    MSG_STAT = KAPI_MSG_STAT,
    MSG_STAT_ANY = KAPI_MSG_STAT_ANY,
    MSG_INFO = KAPI_MSG_INFO,
};

/* semctl(2) */
enum class SemCommand : i32 {
    IPC_RMID = KAPI_IPC_RMID,
    IPC_SET = KAPI_IPC_SET,
    IPC_STAT = KAPI_IPC_STAT,
    IPC_INFO = KAPI_IPC_INFO,
    GETPID = KAPI_GETPID,
    GETVAL = KAPI_GETVAL,
    GETALL = KAPI_GETALL,
    GETNCNT = KAPI_GETNCNT,
    GETZCNT = KAPI_GETZCNT,
    SETVAL = KAPI_SETVAL,
    SETALL = KAPI_SETALL,
    SEM_STAT = KAPI_SEM_STAT,
    SEM_STAT_ANY = KAPI_SEM_STAT_ANY,
    SEM_INFO = KAPI_SEM_INFO,
};

/* shmctl(2) */
enum class ShmCommand : i32 {
    IPC_RMID = KAPI_IPC_RMID,
    IPC_SET = KAPI_IPC_SET,
    IPC_STAT = KAPI_IPC_STAT,
    IPC_INFO = KAPI_IPC_INFO,
    SHM_LOCK = KAPI_SHM_LOCK,
    SHM_UNLOCK = KAPI_SHM_UNLOCK,
    SHM_STAT = KAPI_SHM_STAT,
    SHM_STAT_ANY = KAPI_SHM_STAT_ANY,
    SHM_INFO = KAPI_SHM_INFO_COMMAND,
};

/* struct ipc64_perm: <asm-generic/ipcbuf.h> */
struct IpcPerm {
    i32 key {};
    u32 uid {};
    u32 gid {};
    u32 cuid {};
    u32 cgid {};
    u32 mode {};
    u16 seq {};
    u16 padding_a {};
    u32 padding_b {};
    u64 unused[2] {};
};
static_assert(sizeof(IpcPerm) == KAPI_IPC64_PERM_SIZE);
static_assert(offsetof(IpcPerm, mode) == KAPI_IPC64_PERM_MODE);
static_assert(offsetof(IpcPerm, seq) == KAPI_IPC64_PERM_SEQ);

/* struct msqid64_ds: <asm-generic/msgbuf.h> */
struct MsgQueueStat {
    IpcPerm perm {};
    i64 stime {};
    i64 rtime {};
    i64 ctime {};
    u64 cbytes {};
    u64 qnum {};
    u64 qbytes {};
    i32 lspid {};
    i32 lrpid {};
    u64 unused[2] {};
};
static_assert(sizeof(MsgQueueStat) == KAPI_MSQID64_DS_SIZE);
static_assert(offsetof(MsgQueueStat, stime) == KAPI_MSQID64_DS_STIME);
static_assert(offsetof(MsgQueueStat, qbytes) == KAPI_MSQID64_DS_QBYTES);
static_assert(offsetof(MsgQueueStat, lrpid) == KAPI_MSQID64_DS_LRPID);

/* struct msginfo: <linux/msg.h> */
struct MsgInfo {
    i32 msgpool {};
    i32 msgmap {};
    i32 msgmax {};
    i32 msgmnb {};
    i32 msgmni {};
    i32 msgssz {};
    i32 msgtql {};
    u16 msgseg {};
    u16 padding {};
};
static_assert(sizeof(MsgInfo) == KAPI_MSGINFO_SIZE);
static_assert(offsetof(MsgInfo, msgseg) == KAPI_MSGINFO_MSGSEG);

/* struct sembuf: <linux/sem.h> */
struct SemOp {
    u16 sem_num {};
    i16 sem_op {};
    u16 sem_flg {};
};
static_assert(sizeof(SemOp) == KAPI_SEMBUF_SIZE);
inline constexpr u32 SEM_UNDO = KAPI_SEM_UNDO;

/* struct semid64_ds: <asm/sembuf.h>; some architectures reserve a word behind each time */
template <bool TimesAreWide>
struct SemSetStatWith {
    IpcPerm perm {};
    i64 otime {};
    i64 ctime {};
    u64 nsems {};
    u64 unused[2] {};
};
template <>
struct SemSetStatWith<true> {
    IpcPerm perm {};
    i64 otime {};
    u64 unused_a {};
    i64 ctime {};
    u64 unused_b {};
    u64 nsems {};
    u64 unused_c[2] {};
};
using SemSetStat = SemSetStatWith<KAPI_SEMID64_DS_CTIME - KAPI_SEMID64_DS_OTIME == 2 * sizeof(i64)>;
static_assert(sizeof(SemSetStat) == KAPI_SEMID64_DS_SIZE);
static_assert(offsetof(SemSetStat, otime) == KAPI_SEMID64_DS_OTIME);
static_assert(offsetof(SemSetStat, ctime) == KAPI_SEMID64_DS_CTIME);
static_assert(offsetof(SemSetStat, nsems) == KAPI_SEMID64_DS_NSEMS);

/* struct seminfo: <linux/sem.h>; named as in sem(4) unless there is a better name */
struct SemInfo {
    i32 semmap { KAPI_SEMMAP };
    i32 semmni {};
    i32 semmns {};
    i32 semmnu { KAPI_SEMMNU };
    i32 semmsl {};
    i32 semopm {};
    i32 semume { KAPI_SEMUME };
    i32 semusz { KAPI_SEMUSZ };
    i32 semvmx { KAPI_SEMVMX };
    i32 semaem { KAPI_SEMAEM };
};
static_assert(sizeof(SemInfo) == KAPI_SEMINFO_SIZE);
static_assert(offsetof(SemInfo, semaem) == KAPI_SEMINFO_SEMAEM);

/* struct shmid64_ds: <asm-generic/shmbuf.h> */
struct ShmSegmentStat {
    IpcPerm perm {};
    u64 segsz {};
    i64 atime {};
    i64 dtime {};
    i64 ctime {};
    i32 cpid {};
    i32 lpid {};
    u64 nattch {};
    u64 unused[2] {};
};
static_assert(sizeof(ShmSegmentStat) == KAPI_SHMID64_DS_SIZE);
static_assert(offsetof(ShmSegmentStat, segsz) == KAPI_SHMID64_DS_SEGSZ);
static_assert(offsetof(ShmSegmentStat, atime) == KAPI_SHMID64_DS_ATIME);
static_assert(offsetof(ShmSegmentStat, ctime) == KAPI_SHMID64_DS_CTIME);
static_assert(offsetof(ShmSegmentStat, lpid) == KAPI_SHMID64_DS_LPID);
static_assert(offsetof(ShmSegmentStat, nattch) == KAPI_SHMID64_DS_NATTCH);

/* struct shminfo64: <asm-generic/shmbuf.h> */
struct ShmLimitInfo {
    u64 shmmax {};
    u64 shmmin { KAPI_SHMMIN };
    u64 shmmni {};
    u64 shmseg {};
    u64 shmall {};
    u64 unused[4] {};
};
static_assert(sizeof(ShmLimitInfo) == KAPI_SHMINFO64_SIZE);
static_assert(offsetof(ShmLimitInfo, shmall) == KAPI_SHMINFO64_SHMALL);

/* struct shm_info: <linux/shm.h> */
struct ShmUsageInfo {
    i32 used_ids {};
    u32 padding {};
    u64 shm_tot {};
    u64 shm_rss {};
    u64 shm_swp {};
    u64 swap_attempts {};
    u64 swap_successes {};
};
static_assert(sizeof(ShmUsageInfo) == KAPI_SHM_INFO_SIZE);
static_assert(offsetof(ShmUsageInfo, shm_rss) == KAPI_SHM_INFO_RSS);

/* shmat() with SHM_RND rounds addresses down to a multiple of this. */
inline constexpr unsigned long kShmlba = KAPI_SHMLBA;
inline constexpr u32 SHM_RDONLY = KAPI_SHM_RDONLY;
inline constexpr u32 SHM_RND = KAPI_SHM_RND;
inline constexpr u32 SHM_REMAP = KAPI_SHM_REMAP;
inline constexpr u32 SHM_EXEC = KAPI_SHM_EXEC;
inline constexpr u32 SHM_HUGETLB = KAPI_SHM_HUGETLB;
inline constexpr u32 SHM_NORESERVE = KAPI_SHM_NORESERVE;
/* From the flags of shmget(): log2 of the huge page size; 0: the default. */
[[nodiscard]] constexpr u32 huge_page_size_log(u32 flags) noexcept
{
    return flags >> KAPI_SHM_HUGE_SHIFT & KAPI_SHM_HUGE_MASK;
}
static_assert(huge_page_size_log(21u << KAPI_SHM_HUGE_SHIFT | SHM_HUGETLB) == 21);

/* Bits of a segment's mode other than permissions. */
inline constexpr u32 SHM_DEST = KAPI_SHM_DEST;
inline constexpr u32 SHM_LOCKED = KAPI_SHM_LOCKED;

/* struct __kernel_timespec: <linux/time_types.h> */
struct Timespec {
    i64 seconds {};
    i64 nanoseconds {};
};
static_assert(sizeof(Timespec) == KAPI_TIMESPEC_SIZE);

/* Values that IPC_INFO reports for limits that no longer exist: <linux/msg.h>. */
inline constexpr i32 kMsgPool = KAPI_MSGPOOL;
inline constexpr i32 kMsgMap = KAPI_MSGMAP;
inline constexpr i32 kMsgTql = KAPI_MSGTQL;
inline constexpr i32 kMsgSsz = KAPI_MSGSSZ;
inline constexpr u16 kMsgSeg = KAPI_MSGSEG;

} // namespace sysvipc::abi
