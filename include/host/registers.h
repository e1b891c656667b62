/* SPDX-License-Identifier: GPL-2.0 */
/* host: the registers with which a system call entered the kernel.  Kernel source: <asm/ptrace.h>. */
#ifndef SYSVIPC_HOST_REGISTERS_H
#define SYSVIPC_HOST_REGISTERS_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_regs;

/* Whether the kernel runs 32-bit programs. */
bool host_kernel_has_compat(void);

/* System-call argument @n (0 to 5) of the 64-bit convention. */
unsigned long host_call_argument(const struct kapi_regs *regs, unsigned int n);
/* The same for the convention of 32-bit programs, and the call number. */
kapi_u32 host_compat_argument(const struct kapi_regs *regs, unsigned int n);
kapi_u32 host_compat_number(const struct kapi_regs *regs);

KAPI_END

#endif
