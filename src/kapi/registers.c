// SPDX-License-Identifier: GPL-2.0
/* kapi: the registers of a system call (contracts: include/kapi/registers.h). */
#include "shim.h"
#include <arch/registers.h>
#include <kapi/registers.h>

#define REGS(registers) ((const struct pt_regs *)(registers))

KAPI_SHIM unsigned long kapi_regs_argument(const struct kapi_regs *registers, unsigned int n)
{
	return arch_call_argument(REGS(registers), n);
}

KAPI_SHIM kapi_u32 kapi_compat_argument(const struct kapi_regs *registers, unsigned int n)
{
	return arch_compat_argument(REGS(registers), n);
}

KAPI_SHIM kapi_u32 kapi_compat_number(const struct kapi_regs *registers)
{
	return arch_call_number(REGS(registers));
}
