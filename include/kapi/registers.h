/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: the program's registers at the entry of a system call.  Kernel source: <asm/ptrace.h>. */
#ifndef SYSVIPC_KAPI_REGISTERS_H
#define SYSVIPC_KAPI_REGISTERS_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_regs;

/* System-call argument @n (0 to 5) of the 64-bit convention. */
unsigned long kapi_regs_argument(const struct kapi_regs *regs, unsigned int n);
/* Argument @n (0 to 5) in the convention of 32-bit programs, and the call number. */
kapi_u32 kapi_compat_argument(const struct kapi_regs *regs, unsigned int n);
kapi_u32 kapi_compat_number(const struct kapi_regs *regs);

KAPI_END

#endif
