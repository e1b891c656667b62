/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: which function a landing was entered from, by the return address into it.  For assembly too.
 *
 * Functions with a landing of their own are compared one by one, which would cost the system calls too much.
 * So marks show, by some bits of a return address, where such a function may be.
 */
#ifndef SYSVIPC_INTERCEPT_PLACES_H
#define SYSVIPC_INTERCEPT_PLACES_H

/*
 * Of a function's entry: the return address into it is behind what marks the target of an indirect call and
 * the call of ftrace, with an instruction before that on some architectures.
 */
#define LONGEST_ENTRY 16

/* The mark of an address: marks[(address >> MARK_SHIFT) % MARK_COUNT]. */
#define MARK_SHIFT 4
#define MARK_BITS 12
#define MARK_COUNT (1 << MARK_BITS)

#endif
