/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: the registers with which a system call entered the kernel.  Kernel source: <asm/ptrace.h>. */
#ifndef SYSVIPC_KAPI_REGISTERS_H
#define SYSVIPC_KAPI_REGISTERS_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_regs;
/* Registers of our own making. */
KAPI_OPAQUE(kapi_own_regs, PT_REGS);

/* System-call argument @n (0 to 5) of the 64-bit convention. */
unsigned long kapi_regs_argument(const struct kapi_regs *regs, unsigned int n);
/* The same of the 32-bit convention, and the number of the call. */
kapi_u32 kapi_ia32_argument(const struct kapi_regs *regs, unsigned int n);
kapi_u32 kapi_ia32_number(const struct kapi_regs *regs);
/* @regs are now those of a 64-bit call with these arguments; the rest of them is undefined. */
const struct kapi_regs *kapi_regs_make(struct kapi_own_regs *regs,
				       const unsigned long arguments[4]);

KAPI_END

#endif
