// SPDX-License-Identifier: GPL-2.0
/*
 * The older structures of compat_ipc.hpp match those in the kernel's headers.  The C library's
 * headers have other structures of the same names: hence a file of its own.
 */
#include "compat/compat_ipc.hpp"

// Included by sysv_ipc.hpp already.
#define ipc_perm kernel_ipc_perm
#undef IPC_CREAT
#undef IPC_EXCL
#undef IPC_NOWAIT
#undef IPC_RMID
#undef IPC_SET
#undef IPC_STAT
#undef IPC_INFO
#undef IPC_PRIVATE
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/time_types.h>

#define SAME_PLACE(ours, our_member, theirs, their_member)                                         \
    static_assert(offsetof(ours, our_member) == offsetof(theirs, their_member))

using namespace sysv;

static_assert(sizeof(ReceiveArguments) == sizeof(ipc_kludge));
SAME_PLACE(ReceiveArguments, type, ipc_kludge, msgtyp);
static_assert(sizeof(OldTime) == sizeof(__kernel_old_timespec));

static_assert(sizeof(OldPerm) == sizeof(kernel_ipc_perm));
SAME_PLACE(OldPerm, cuid, kernel_ipc_perm, cuid);
SAME_PLACE(OldPerm, mode, kernel_ipc_perm, mode);
SAME_PLACE(OldPerm, seq, kernel_ipc_perm, seq);

static_assert(sizeof(OldQueueStat) == sizeof(msqid_ds));
SAME_PLACE(OldQueueStat, stime, msqid_ds, msg_stime);
SAME_PLACE(OldQueueStat, lqbytes, msqid_ds, msg_lqbytes);
SAME_PLACE(OldQueueStat, qbytes, msqid_ds, msg_qbytes);
SAME_PLACE(OldQueueStat, lrpid, msqid_ds, msg_lrpid);

static_assert(sizeof(OldSetStat) == sizeof(semid_ds));
SAME_PLACE(OldSetStat, ctime, semid_ds, sem_ctime);
SAME_PLACE(OldSetStat, nsems, semid_ds, sem_nsems);

static_assert(sizeof(OldSegmentStat) == sizeof(shmid_ds));
SAME_PLACE(OldSegmentStat, segsz, shmid_ds, shm_segsz);
SAME_PLACE(OldSegmentStat, ctime, shmid_ds, shm_ctime);
SAME_PLACE(OldSegmentStat, lpid, shmid_ds, shm_lpid);
SAME_PLACE(OldSegmentStat, nattch, shmid_ds, shm_nattch);

static_assert(sizeof(OldShmLimits) == sizeof(shminfo));
SAME_PLACE(OldShmLimits, shmall, shminfo, shmall);

#ifdef SYS_ipc
static_assert(static_cast<unsigned>(IpcCall::Semtimedop) == SEMTIMEDOP);
static_assert(static_cast<unsigned>(IpcCall::Msgctl) == MSGCTL);
static_assert(static_cast<unsigned>(IpcCall::Shmctl) == SHMCTL);
static_assert(with_version(IpcCall::Msgrcv, 1) == IPCCALL(1, MSGRCV));
#endif
static_assert(kIpc64 == IPC_64);
