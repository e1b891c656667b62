/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64: the stack frame of a landing that calls our handlers, with the frame records for the kernel's
 * unwinder.  For assembly only.
 */
/* clang-format off */
#ifndef SYSVIPC_INTERCEPT_ARCH_FRAME_H
#define SYSVIPC_INTERCEPT_ARCH_FRAME_H

#define FRAME_SIZE 64
#define FRAME_ARGUMENTS 16 /* four of them */
#define FRAME_SPARE 48

/* After a kprobe: x30 is the return address into the caller. */
.macro BEGIN_FRAME
	stp	x29, x30, [sp, #-FRAME_SIZE]!
	mov	x29, sp
.endm

.macro END_FRAME
	ldp	x29, x30, [sp], #FRAME_SIZE
.endm

/* After a direct call: a record for the function (x9: return address into its caller), and one for us. */
.macro BEGIN_FRAME_OF_DIRECT_CALL
	stp	x29, x9, [sp, #-16]!
	mov	x29, sp
	BEGIN_FRAME
.endm

.macro END_FRAME_OF_DIRECT_CALL
	END_FRAME
	ldp	x29, x9, [sp], #16
.endm

.macro SAVE_ARGUMENTS
	stp	x0, x1, [sp, #FRAME_ARGUMENTS]
	stp	x2, x3, [sp, #FRAME_ARGUMENTS + 16]
.endm

.macro RESTORE_ARGUMENTS
	ldp	x0, x1, [sp, #FRAME_ARGUMENTS]
	ldp	x2, x3, [sp, #FRAME_ARGUMENTS + 16]
.endm

/* Continues with the rest of the function that made the direct call. */
.macro GO_ON_INTO_FUNCTION
	mov	x10, x30
	mov	x30, x9
	ret	x10
.endm

#endif
