/* SPDX-License-Identifier: GPL-2.0 */
/* x86: how strong atomic instructions are.  Kernel source: <asm/atomic.h>, <asm/barrier.h>. */
#ifndef SYSVIPC_INTERCEPT_ARCH_ATOMIC_H
#define SYSVIPC_INTERCEPT_ARCH_ATOMIC_H

/*
 * After a read-modify-write that the compiler has been told to order sequentially: what it lacks to order
 * all accesses before it before all after it, as the kernel's own do.
 */
static inline void arch_order_after_atomic(void)
{
	/* The instruction is a full barrier. */
}

#endif
