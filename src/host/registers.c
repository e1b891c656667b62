// SPDX-License-Identifier: GPL-2.0
/* host: the registers of a system call (contracts: include/host/registers.h). */
#include "../kapi/shim.h"
#include <arch/registers.h>
#include <host/registers.h>

#define REGS(registers) ((const struct pt_regs *)(registers))

KAPI_SHIM bool host_kernel_has_compat(void)
{
	return ARCH_HAS_COMPAT;
}

KAPI_SHIM unsigned long host_call_argument(const struct kapi_regs *registers, unsigned int n)
{
	return arch_call_argument(REGS(registers), n);
}

KAPI_SHIM kapi_u32 host_compat_argument(const struct kapi_regs *registers, unsigned int n)
{
	return arch_compat_argument(REGS(registers), n);
}

KAPI_SHIM kapi_u32 host_compat_number(const struct kapi_regs *registers)
{
	return arch_call_number(REGS(registers));
}
