/* SPDX-License-Identifier: GPL-2.0 */
/* arm64: what differs in generated/kapi_layout.h.  Kernel source: <asm/ptrace.h>. */
#ifndef SYSVIPC_INTERCEPT_ARCH_LAYOUT_H
#define SYSVIPC_INTERCEPT_ARCH_LAYOUT_H

/* The register in which a program passes the number of a call differs; the kernel keeps it here. */
#define ARCH_CALL_NUMBER syscallno

/* calls.def has them. */
#define ARCH_COMPAT_NUMBERS

#endif
