/* SPDX-License-Identifier: GPL-2.0 */
/* arm64: architecture-specific part of generated/kapi_layout.h.  Kernel source: <asm/ptrace.h>. */
#ifndef SYSVIPC_INTERCEPT_ARCH_LAYOUT_H
#define SYSVIPC_INTERCEPT_ARCH_LAYOUT_H

/* The kernel stores the call's number here, as 32-bit programs pass it in another register. */
#define ARCH_CALL_NUMBER syscallno

/* Empty: calls.def has the numbers. */
#define ARCH_COMPAT_NUMBERS

#endif
