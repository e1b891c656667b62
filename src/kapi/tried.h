/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which kernels this module is for.  It stands on much of the kernel that others may change without a word:
 * what builds for a kernel that nobody has tried it with need not work there.
 */
#ifndef SYSVIPC_SRC_KAPI_TRIED_H
#define SYSVIPC_SRC_KAPI_TRIED_H

#include <linux/version.h>

#define SYSVIPC_IS_LINUX(major, minor)                                                             \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(major, minor, 0) &&                                  \
	 LINUX_VERSION_CODE < KERNEL_VERSION(major, (minor) + 1, 0))

#if !SYSVIPC_IS_LINUX(6, 1) && !SYSVIPC_IS_LINUX(6, 12) && !defined(SYSVIPC_UNTRIED)
#error "sysvipc was tried with Linux 6.1 and 6.12, and not with this kernel: make SYSVIPC_UNTRIED=1 builds it all the same"
#endif

#endif
