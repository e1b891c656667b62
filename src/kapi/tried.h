/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernels this module supports.  It depends on kernel internals that may change without notice: a build
 * for an untested kernel may succeed and not work.  The releases between those that were tried are believed to
 * work, from the sources on either side; docs/kernels.md says how to add the next.
 */
#ifndef SYSVIPC_SRC_KAPI_TRIED_H
#define SYSVIPC_SRC_KAPI_TRIED_H

#include <linux/version.h>

/* There, 64-bit programs pass the value of SETVAL in the other half of a register. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "sysvipc is for little-endian kernels"
#endif

/* The compiler may then change arguments of functions that are not exported, which we look up and intercept. */
#if defined(CONFIG_LTO_CLANG) && !defined(SYSVIPC_UNTRIED)
#error "sysvipc was not tried with kernels that are optimised as a whole (CONFIG_LTO_CLANG): make SYSVIPC_UNTRIED=1 builds it all the same"
#endif

#if (LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) ||                                               \
     LINUX_VERSION_CODE >= KERNEL_VERSION(7, 4, 0)) &&                                             \
	!defined(SYSVIPC_UNTRIED)
#error "sysvipc was tried with Linux 6.1, 6.12, 7.2 and 7.3, and this kernel is older or newer: make SYSVIPC_UNTRIED=1 builds it all the same"
#endif

#endif
