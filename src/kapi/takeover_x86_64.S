/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What runs before functions of the kernel's own System V IPC, where a kernel has that.
 *
 * ftrace calls us at the entry of such a function, with two return addresses on the stack: into the
 * function, and above it into whoever called it.  Our C++ function gets the same arguments, two at most,
 * and answers in two registers: whether that was all, and if so the result.
 */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>

.macro RUN_BEFORE function
SYM_CODE_START(sysvipc_before_\function)
	UNWIND_HINT_FUNC
	ENDBR
	pushq	%rdi
	pushq	%rsi
	call	sysvipc_own_\function
	popq	%rsi
	popq	%rdi
	testq	%rax, %rax
	jnz	.Lall_done_\function
	RET
.Lall_done_\function:
	movq	%rdx, %rax
	addq	$8, %rsp
	/* As at the entry of a function again: one return address on top. */
	UNWIND_HINT_FUNC
	RET
SYM_CODE_END(sysvipc_before_\function)
.endm

	.text
RUN_BEFORE proc_open
RUN_BEFORE proc_release
RUN_BEFORE destroy_orphaned
