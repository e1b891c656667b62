// SPDX-License-Identifier: GPL-2.0
/* kapi: the registers of a system call (contracts: include/kapi/registers.h). */
#include <linux/bug.h>
#include <linux/ptrace.h>

#include "shim.h"
#include <kapi/registers.h>

KAPI_SHIM unsigned long kapi_regs_argument(const struct kapi_regs *registers, unsigned int n)
{
	const struct pt_regs *regs = (const struct pt_regs *)registers;

#if defined(CONFIG_X86_64)
	switch (n) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	case 3:
		return regs->r10;
	case 4:
		return regs->r8;
	default:
		return regs->r9;
	}
#else
#error "the system-call argument registers of this architecture are not described here yet"
#endif
}

#if defined(CONFIG_X86_64)

KAPI_SHIM kapi_u32 kapi_ia32_argument(const struct kapi_regs *registers, unsigned int n)
{
	const struct pt_regs *regs = (const struct pt_regs *)registers;

	switch (n) {
	case 0:
		return regs->bx;
	case 1:
		return regs->cx;
	case 2:
		return regs->dx;
	case 3:
		return regs->si;
	case 4:
		return regs->di;
	default:
		return regs->bp;
	}
}

KAPI_SHIM kapi_u32 kapi_ia32_number(const struct kapi_regs *registers)
{
	return ((const struct pt_regs *)registers)->orig_ax;
}

#endif
