/* SPDX-License-Identifier: GPL-2.0 */
/* x86: memory ordering of atomic instructions.  Kernel source: <asm/atomic.h>, <asm/barrier.h>. */
#ifndef SYSVIPC_INTERCEPT_ARCH_ATOMIC_H
#define SYSVIPC_INTERCEPT_ARCH_ATOMIC_H

/*
 * Call after the compiler's sequentially consistent read-modify-write: together they are a full barrier, as
 * the kernel's own operations are.
 */
static inline void arch_order_after_atomic(void)
{
	/* The instruction is a full barrier. */
}

#endif
