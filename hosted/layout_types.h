/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects that replace the kernel's in user space: src/kapi/layout.c, compiled with this file
 * instead of the kernel's headers, yields generated/kapi_layout.h for the hosted build.  Structures and
 * constants of the user-space ABI come from the C library's headers; those that they lack are here.
 */
#ifndef SYSVIPC_HOSTED_LAYOUT_TYPES_H
#define SYSVIPC_HOSTED_LAYOUT_TYPES_H

/* --- kernel objects: locks, counts and links.  Zero bytes are an initialised object of each. */

/* 0: free, 1: held, 2: held, and others may wait. */
struct hosted_lock {
    unsigned int word;
    unsigned int owner; /* the number of the task that holds it; for assertions */
};

struct hosted_sequence {
    unsigned int count;
    unsigned int unused;
};

struct hosted_rcu_head {
    void (*run)(struct hosted_rcu_head* head);
    struct hosted_rcu_head* next;
};

struct hosted_wait {
    unsigned int is_over;
};

struct hosted_work {
    void (*run)(struct hosted_work* work);
    struct hosted_work* next;
    unsigned int state;
};

/* Both tables: one hidden object each. */
struct hosted_table {
    void* contents;
};

struct hosted_link {
    void* unused;
};

struct hosted_tree_node {
    struct hosted_tree_node* parent;
    struct hosted_tree_node* left;
    struct hosted_tree_node* right;
};

struct hosted_tree {
    struct hosted_tree_node* root;
};

struct hosted_count {
    int value;
};

struct hosted_key {
    char unused;
};

struct hosted_registers {
    unsigned long words[6];
    unsigned long number;
};

#ifdef HOSTED_LAYOUT

#include <asm/resource.h>
#include <asm/unistd_32.h>
#include <linux/capability.h>
#include <linux/ipc.h>
#include <linux/mman.h>
#include <linux/msg.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/time_types.h>
#include <limits.h>
#include <stddef.h>

#define __used __attribute__((__used__))
#define IS_ENABLED(option) 0
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type*)0)->member))
/* The build turns such strings of the assembly into macros. */
#define DEFINE(name, value) asm volatile("\n.ascii \"->" #name " %0\"" : : "i"(value))
#define BLANK()

#define PAGE_SIZE 4096
#define SHMLBA PAGE_SIZE
#define COMPAT_SHMLBA (4 * PAGE_SIZE)
#define __stringify(...) #__VA_ARGS__
#define __cold cold
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514

#define spinlock_t struct hosted_lock
#define mutex hosted_lock
#define seqcount_spinlock_t struct hosted_sequence
#define lock_class_key hosted_key
#define rcu_head hosted_rcu_head
#define rcu_synchronize hosted_wait
#define work_struct hosted_work
#define idr hosted_table
#define rhashtable hosted_table
#define rhash_head hosted_link
#define rb_root hosted_tree
#define rb_node hosted_tree_node
#define refcount_t struct hosted_count
#define pt_regs hosted_registers

/* The architecture's part: here and in arch/. */
#define ARCH_CALL_NUMBER number
#define ARCH_COMPAT_NUMBERS                                                                        \
    NUMBER(IPC, __NR_ipc)                                                                          \
    NUMBER(SEMGET, __NR_semget)                                                                    \
    NUMBER(SEMCTL, __NR_semctl)                                                                    \
    NUMBER(SHMGET, __NR_shmget)                                                                    \
    NUMBER(SHMCTL, __NR_shmctl)                                                                    \
    NUMBER(SHMAT, __NR_shmat)                                                                      \
    NUMBER(SHMDT, __NR_shmdt)                                                                      \
    NUMBER(MSGGET, __NR_msgget)                                                                    \
    NUMBER(MSGSND, __NR_msgsnd)                                                                    \
    NUMBER(MSGRCV, __NR_msgrcv)                                                                    \
    NUMBER(MSGCTL, __NR_msgctl)                                                                    \
    NUMBER(SEMTIMEDOP, __NR_semtimedop_time64)                                                     \
    NUMBER(SEMOP, 10000)                                                                           \
    NUMBER(SEMTIMEDOP_TIME32, 10001)                                                               \
    NUMBER(OLD_MSGCTL, 10002)                                                                      \
    NUMBER(OLD_SEMCTL, 10003)                                                                      \
    NUMBER(OLD_SHMCTL, 10004)

/* The object that security hooks see; the members are host/security.h's. */
struct kern_ipc_perm {
    int id;
    int key;
    unsigned int uid, gid, cuid, cgid;
    unsigned int mode;
    unsigned long seq;
    void* security;
};
struct msg_msg {
    void* m_list[2];
    long m_type;
    unsigned long m_ts;
    void* next;
    void* security;
};

/* The ABI of 32-bit programs. */
struct compat_ipc64_perm {
    int key;
    unsigned int uid, gid, cuid, cgid;
    unsigned int mode;
    unsigned short seq, pad;
    unsigned int unused[2];
};
struct compat_msqid64_ds {
    struct compat_ipc64_perm msg_perm;
    unsigned int msg_stime, msg_stime_high, msg_rtime, msg_rtime_high, msg_ctime, msg_ctime_high;
    unsigned int msg_cbytes, msg_qnum, msg_qbytes;
    int msg_lspid, msg_lrpid;
    unsigned int unused[2];
};
struct compat_semid64_ds {
    struct compat_ipc64_perm sem_perm;
    unsigned int sem_otime, sem_otime_high, sem_ctime, sem_ctime_high;
    unsigned int sem_nsems;
    unsigned int unused[2];
};
struct compat_shmid64_ds {
    struct compat_ipc64_perm shm_perm;
    unsigned int shm_segsz;
    unsigned int shm_atime, shm_atime_high, shm_dtime, shm_dtime_high, shm_ctime, shm_ctime_high;
    int shm_cpid, shm_lpid;
    unsigned int shm_nattch;
    unsigned int unused[2];
};
struct old_timespec32 {
    int tv_sec;
    int tv_nsec;
};

#endif

#endif
