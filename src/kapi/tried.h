/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernels that this module supports.  It depends on kernel internals that may change without notice: a
 * build for an untested kernel may succeed but not work.  Releases between tested ones are expected to work,
 * judging by the sources of both; docs/kernels.md explains how to add the next release.
 */
#ifndef SYSVIPC_SRC_KAPI_TRIED_H
#define SYSVIPC_SRC_KAPI_TRIED_H

#include <linux/version.h>

/* On big-endian kernels, 64-bit programs pass the value of SETVAL in the other half of a register. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "sysvipc is for little-endian kernels"
#endif

/* LTO may change the arguments of functions that are not exported, which we look up and intercept. */
#if defined(CONFIG_LTO_CLANG) && !defined(SYSVIPC_UNTRIED)
#error "sysvipc was not tried with kernels that are optimised as a whole (CONFIG_LTO_CLANG): make SYSVIPC_UNTRIED=1 builds it all the same"
#endif

#if (LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) ||                                               \
     LINUX_VERSION_CODE >= KERNEL_VERSION(7, 4, 0)) &&                                             \
	!defined(SYSVIPC_UNTRIED)
#error "sysvipc was tried with Linux 6.1, 6.12, 7.2 and 7.3, and this kernel is older or newer: make SYSVIPC_UNTRIED=1 builds it all the same"
#endif

#endif
