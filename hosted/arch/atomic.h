/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hosted: the instruction is a full barrier.  On other machines than the one that runs this it may not be:
 * hosted/explorer/ models those.
 */
#ifndef SYSVIPC_HOSTED_ARCH_ATOMIC_H
#define SYSVIPC_HOSTED_ARCH_ATOMIC_H

static inline void arch_order_after_atomic(void) { }

#endif
