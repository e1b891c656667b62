/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that newer kernels renamed, under the new name.  Kbuild searches the kernel's headers for the new
 * name (KERNEL_HAS_...), since any release may have a backport.  No kernel has both names with different
 * meanings, and a wrong choice does not compile.
 */
#ifndef SYSVIPC_SRC_KAPI_RENAMED_H
#define SYSVIPC_SRC_KAPI_RENAMED_H

/*
 * 6.17: calls ->mmap_prepare() if a file system has it instead of ->mmap(), as shmem since 6.19 (and hugetlbfs
 * in 6.19 only).
 */
#ifndef KERNEL_HAS_VFS_MMAP
#define vfs_mmap call_mmap
#endif

/* 6.17: not bound to a CPU.  7.2 warns about uses of the old name. */
#ifndef KERNEL_HAS_SYSTEM_DFL_WQ
#define system_dfl_wq system_unbound_wq
#endif

/*
 * 6.19: __mutex_init() also with PREEMPT_RT.  Earlier kernels have __mutex_rt_init(), which does less:
 * KERNEL_HAS_MUTEX_RT_INIT.
 *
 * 7.1: userfaultfd(2) calls uffd_ops of a mapping's operations, KERNEL_HAS_UFFD_OPS; ipc/shm.c has none for
 * attachments.
 */

#endif
