/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What newer kernels call otherwise, by its new name.  Kbuild looks for the name in the kernel's headers
 * (KERNEL_HAS_...), since a backport may bring it to any release.  Both names at once exist in none, or mean
 * the same: a wrong choice does not compile.
 */
#ifndef SYSVIPC_SRC_KAPI_RENAMED_H
#define SYSVIPC_SRC_KAPI_RENAMED_H

/*
 * 6.17: calls ->mmap_prepare() where a file system has that instead of ->mmap(), as shmem has since 6.19 (and
 * hugetlbfs in 6.19 only).
 */
#ifndef KERNEL_HAS_VFS_MMAP
#define vfs_mmap call_mmap
#endif

/* 6.17: not bound to a CPU.  7.2 warns when the old name is used. */
#ifndef KERNEL_HAS_SYSTEM_DFL_WQ
#define system_dfl_wq system_unbound_wq
#endif

/*
 * 6.19: __mutex_init() with PREEMPT_RT, too.  Before, there is __mutex_rt_init(), which does less:
 * KERNEL_HAS_MUTEX_RT_INIT.
 *
 * 7.1: userfaultfd(2) asks the operations of a mapping, KERNEL_HAS_UFFD_OPS; those of an attachment have no
 * answer in ipc/shm.c.
 */

#endif
