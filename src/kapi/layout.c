// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes, alignments and constants of the target kernel, for generated/kapi_layout.h.
 * Compiled to assembly only; Kbuild extracts the numbers, as for asm-offsets.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/idr.h>
#include <linux/ipc.h>
#include <linux/kbuild.h>
#include <linux/mman.h>
#include <linux/msg.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/rbtree.h>
#include <linux/rcupdate_wait.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/seqlock.h>
#include <linux/shm.h>
#include <linux/spinlock.h>
#include <linux/stringify.h>
#include <linux/time32.h>
#include <linux/time_types.h>
#include <linux/workqueue.h>
#include <uapi/linux/shm.h>

#include <arch/layout.h>

#include "tried.h" /* here, because all other files need the numbers */

#define LAYOUT(NAME, type)                                                                         \
	DEFINE(KAPI_##NAME##_SIZE, sizeof(type));                                                  \
	DEFINE(KAPI_##NAME##_ALIGN, __alignof__(type))
#define FIELD(NAME, type, member) DEFINE(KAPI_##NAME, offsetof(type, member))
#define END(member) offsetofend(struct kern_ipc_perm, member)
#define LATEST(a, b) ((a) > (b) ? (a) : (b))
#define CONSTANT(name) DEFINE(KAPI_##name, name)
#define NUMBER(NAME, number) DEFINE(KAPI_COMPAT_##NAME, number);

/* The default of <linux/shm.h>. */
#ifndef COMPAT_SHMLBA
#define COMPAT_SHMLBA SHMLBA
#endif

static void __used layout(void)
{
	LAYOUT(SPINLOCK, spinlock_t);
	LAYOUT(MUTEX, struct mutex);
	LAYOUT(SEQCOUNT, seqcount_spinlock_t);
	LAYOUT(LOCK_KEY, struct lock_class_key);
	LAYOUT(RCU_HEAD, struct rcu_head);
	LAYOUT(RCU_WAIT, struct rcu_synchronize);
	LAYOUT(WORK, struct work_struct);
	LAYOUT(IDR, struct idr);
	LAYOUT(RHASHTABLE, struct rhashtable);
	LAYOUT(RHASH_HEAD, struct rhash_head);
	LAYOUT(TREE, struct rb_root);
	LAYOUT(TREE_NODE, struct rb_node);
	LAYOUT(REFCOUNT, refcount_t);
	FIELD(MSG_MSG_TYPE, struct msg_msg, m_type);
	DEFINE(KAPI_MSG_MSG_SIZE, sizeof(struct msg_msg));
	/* Up to the last member that is used, in any order of members. */
	DEFINE(KAPI_IPC_PERM_SIZE,
	       LATEST(LATEST(LATEST(END(id), END(key)), LATEST(END(uid), END(gid))),
		      LATEST(LATEST(END(cuid), END(cgid)),
			     LATEST(LATEST(END(mode), END(seq)), END(security)))));
	DEFINE(KAPI_IPC_PERM_ALIGN, __alignof__(unsigned long));
	DEFINE(KAPI_KERN_IPC_PERM_SIZE, sizeof(struct kern_ipc_perm));
	BLANK();
	DEFINE(KAPI_PAGE_SIZE, PAGE_SIZE);
	FIELD(PT_REGS_CALL_NUMBER, struct pt_regs, ARCH_CALL_NUMBER);
	DEFINE(KAPI_CAP_CHECKPOINT_RESTORE, CAP_CHECKPOINT_RESTORE);
	DEFINE(KAPI_CAP_IPC_LOCK, CAP_IPC_LOCK);
	DEFINE(KAPI_CAP_IPC_OWNER, CAP_IPC_OWNER);
	DEFINE(KAPI_CAP_SYS_ADMIN, CAP_SYS_ADMIN);
	DEFINE(KAPI_CAP_SYS_RESOURCE, CAP_SYS_RESOURCE);
	BLANK();
	DEFINE(KAPI_IPC64_PERM_SIZE, sizeof(struct ipc64_perm));
	FIELD(IPC64_PERM_MODE, struct ipc64_perm, mode);
	FIELD(IPC64_PERM_SEQ, struct ipc64_perm, seq);
	DEFINE(KAPI_MSQID64_DS_SIZE, sizeof(struct msqid64_ds));
	FIELD(MSQID64_DS_STIME, struct msqid64_ds, msg_stime);
	FIELD(MSQID64_DS_QBYTES, struct msqid64_ds, msg_qbytes);
	FIELD(MSQID64_DS_LRPID, struct msqid64_ds, msg_lrpid);
	DEFINE(KAPI_MSGINFO_SIZE, sizeof(struct msginfo));
	FIELD(MSGINFO_MSGSEG, struct msginfo, msgseg);
	DEFINE(KAPI_SEMBUF_SIZE, sizeof(struct sembuf));
	DEFINE(KAPI_SEMID64_DS_SIZE, sizeof(struct semid64_ds));
	FIELD(SEMID64_DS_OTIME, struct semid64_ds, sem_otime);
	FIELD(SEMID64_DS_CTIME, struct semid64_ds, sem_ctime);
	FIELD(SEMID64_DS_NSEMS, struct semid64_ds, sem_nsems);
	DEFINE(KAPI_SEMINFO_SIZE, sizeof(struct seminfo));
	FIELD(SEMINFO_SEMAEM, struct seminfo, semaem);
	DEFINE(KAPI_SHMID64_DS_SIZE, sizeof(struct shmid64_ds));
	FIELD(SHMID64_DS_SEGSZ, struct shmid64_ds, shm_segsz);
	FIELD(SHMID64_DS_ATIME, struct shmid64_ds, shm_atime);
	FIELD(SHMID64_DS_CTIME, struct shmid64_ds, shm_ctime);
	FIELD(SHMID64_DS_LPID, struct shmid64_ds, shm_lpid);
	FIELD(SHMID64_DS_NATTCH, struct shmid64_ds, shm_nattch);
	DEFINE(KAPI_SHMINFO64_SIZE, sizeof(struct shminfo64));
	FIELD(SHMINFO64_SHMALL, struct shminfo64, shmall);
	DEFINE(KAPI_SHM_INFO_SIZE, sizeof(struct shm_info));
	FIELD(SHM_INFO_RSS, struct shm_info, shm_rss);
	DEFINE(KAPI_TIMESPEC_SIZE, sizeof(struct __kernel_timespec));
	DEFINE(KAPI_PREEMPT_RT, IS_ENABLED(CONFIG_PREEMPT_RT));
	DEFINE(KAPI_COLD_IS_NOTHING, sizeof(__stringify(__cold)) == 1);
	DEFINE(KAPI_CLONE_SYSVSEM, CLONE_SYSVSEM);
	DEFINE(KAPI_CLONE_NEWIPC, CLONE_NEWIPC);
	BLANK();
	DEFINE(KAPI_COMPAT_IPC64_PERM_SIZE, sizeof(struct compat_ipc64_perm));
	FIELD(COMPAT_IPC64_PERM_MODE, struct compat_ipc64_perm, mode);
	FIELD(COMPAT_IPC64_PERM_SEQ, struct compat_ipc64_perm, seq);
	DEFINE(KAPI_COMPAT_MSQID64_DS_SIZE, sizeof(struct compat_msqid64_ds));
	FIELD(COMPAT_MSQID64_DS_STIME, struct compat_msqid64_ds, msg_stime);
	FIELD(COMPAT_MSQID64_DS_QBYTES, struct compat_msqid64_ds, msg_qbytes);
	FIELD(COMPAT_MSQID64_DS_LRPID, struct compat_msqid64_ds, msg_lrpid);
	DEFINE(KAPI_COMPAT_SEMID64_DS_SIZE, sizeof(struct compat_semid64_ds));
	FIELD(COMPAT_SEMID64_DS_CTIME, struct compat_semid64_ds, sem_ctime);
	FIELD(COMPAT_SEMID64_DS_NSEMS, struct compat_semid64_ds, sem_nsems);
	DEFINE(KAPI_COMPAT_SHMID64_DS_SIZE, sizeof(struct compat_shmid64_ds));
	FIELD(COMPAT_SHMID64_DS_SEGSZ, struct compat_shmid64_ds, shm_segsz);
	FIELD(COMPAT_SHMID64_DS_CTIME, struct compat_shmid64_ds, shm_ctime);
	FIELD(COMPAT_SHMID64_DS_LPID, struct compat_shmid64_ds, shm_lpid);
	FIELD(COMPAT_SHMID64_DS_NATTCH, struct compat_shmid64_ds, shm_nattch);
	DEFINE(KAPI_OLD_TIMESPEC32_SIZE, sizeof(struct old_timespec32));
	BLANK();
	ARCH_COMPAT_NUMBERS
	DEFINE(KAPI_IPC_CALL_SEMOP, SEMOP); /* the calls within ipc(2) */
	DEFINE(KAPI_IPC_CALL_SEMGET, SEMGET);
	DEFINE(KAPI_IPC_CALL_SEMCTL, SEMCTL);
	DEFINE(KAPI_IPC_CALL_SEMTIMEDOP, SEMTIMEDOP);
	DEFINE(KAPI_IPC_CALL_MSGSND, MSGSND);
	DEFINE(KAPI_IPC_CALL_MSGRCV, MSGRCV);
	DEFINE(KAPI_IPC_CALL_MSGGET, MSGGET);
	DEFINE(KAPI_IPC_CALL_MSGCTL, MSGCTL);
	DEFINE(KAPI_IPC_CALL_SHMAT, SHMAT);
	DEFINE(KAPI_IPC_CALL_SHMDT, SHMDT);
	DEFINE(KAPI_IPC_CALL_SHMGET, SHMGET);
	DEFINE(KAPI_IPC_CALL_SHMCTL, SHMCTL);
	BLANK();
	CONSTANT(IPC_CREAT);
	CONSTANT(IPC_EXCL);
	CONSTANT(IPC_NOWAIT);
	CONSTANT(IPC_RMID);
	CONSTANT(IPC_SET);
	CONSTANT(IPC_STAT);
	CONSTANT(IPC_INFO);
	CONSTANT(IPC_64);
	CONSTANT(MSG_STAT);
	CONSTANT(MSG_INFO);
	CONSTANT(MSG_STAT_ANY);
	CONSTANT(MSG_NOERROR);
	CONSTANT(MSG_EXCEPT);
	CONSTANT(MSG_COPY);
	CONSTANT(GETPID);
	CONSTANT(GETVAL);
	CONSTANT(GETALL);
	CONSTANT(GETNCNT);
	CONSTANT(GETZCNT);
	CONSTANT(SETVAL);
	CONSTANT(SETALL);
	CONSTANT(SEM_STAT);
	CONSTANT(SEM_INFO);
	CONSTANT(SEM_STAT_ANY);
	CONSTANT(SEM_UNDO);
	CONSTANT(SEMMNI);
	CONSTANT(SEMMSL);
	CONSTANT(SEMMNS);
	CONSTANT(SEMOPM);
	CONSTANT(SEMVMX);
	CONSTANT(SEMAEM);
	CONSTANT(SEMUME);
	CONSTANT(SEMMNU);
	CONSTANT(SEMMAP);
	CONSTANT(SEMUSZ);
	BLANK();
	CONSTANT(SHM_LOCK);
	CONSTANT(SHM_UNLOCK);
	CONSTANT(SHM_STAT);
	DEFINE(KAPI_SHM_INFO_COMMAND, SHM_INFO);
	CONSTANT(SHM_STAT_ANY);
	CONSTANT(SHM_RDONLY);
	CONSTANT(SHM_RND);
	CONSTANT(SHM_REMAP);
	CONSTANT(SHM_EXEC);
	CONSTANT(SHM_HUGETLB);
	CONSTANT(SHM_HUGE_SHIFT);
	CONSTANT(SHM_HUGE_MASK);
	CONSTANT(SHM_NORESERVE);
	CONSTANT(SHMMIN);
	CONSTANT(SHMMAX);
	CONSTANT(SHMALL);
	CONSTANT(SHMMNI);
	CONSTANT(SHMLBA);
	CONSTANT(COMPAT_SHMLBA);
	DEFINE(KAPI_SHM_DEST, 01000); /* <linux/shm.h> defines them for the kernel only in part */
	DEFINE(KAPI_SHM_LOCKED, 02000);
	CONSTANT(PROT_READ);
	CONSTANT(PROT_WRITE);
	CONSTANT(PROT_EXEC);
	CONSTANT(MAP_SHARED);
	CONSTANT(MAP_FIXED);
	CONSTANT(MAP_FIXED_NOREPLACE);
	CONSTANT(RLIMIT_MEMLOCK);
	BLANK();
	CONSTANT(MSGMNI);
	CONSTANT(MSGMAX);
	CONSTANT(MSGMNB);
	CONSTANT(MSGPOOL);
	CONSTANT(MSGMAP);
	CONSTANT(MSGTQL);
	CONSTANT(MSGSSZ);
	CONSTANT(MSGSEG);
	BLANK();
	CONSTANT(EPERM);
	CONSTANT(ENOENT);
	CONSTANT(EINTR);
	CONSTANT(E2BIG);
	CONSTANT(EAGAIN);
	CONSTANT(ENOMEM);
	CONSTANT(EACCES);
	CONSTANT(EFAULT);
	CONSTANT(EBUSY);
	CONSTANT(EEXIST);
	CONSTANT(ENODEV);
	CONSTANT(EINVAL);
	CONSTANT(EFBIG);
	CONSTANT(ENOSPC);
	CONSTANT(ERANGE);
	CONSTANT(ENOSYS);
	CONSTANT(ENOMSG);
	CONSTANT(EIDRM);
	CONSTANT(EOVERFLOW);
	CONSTANT(EOPNOTSUPP);
	CONSTANT(ERESTARTNOHAND);
	CONSTANT(ERESTARTNOINTR);
}
