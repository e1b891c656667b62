/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: finds the function that a landing was entered from, by the return address.  For assembly too.
 *
 * A landing compares the addresses of functions other than system calls one by one.  A table of marks,
 * indexed by bits of the return address, skips the comparison for system calls.
 */
#ifndef SYSVIPC_INTERCEPT_PLACES_H
#define SYSVIPC_INTERCEPT_PLACES_H

/*
 * The most bytes from a function's address to the return address into it: the instruction that marks the
 * target of an indirect call, on some architectures one more instruction, and the call of ftrace.
 */
#define LONGEST_ENTRY 16

/* The mark of an address: marks[(address >> MARK_SHIFT) % MARK_COUNT]. */
#define MARK_SHIFT 4
#define MARK_BITS 12
#define MARK_COUNT (1 << MARK_BITS)

#endif
