/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernels this module supports.  It depends on kernel internals that may change without notice: a build
 * for an untested kernel may succeed and not work.
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
