/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where functions land whose course is watched (watch.c, leaving.c).
 *
 * ftrace calls us at the entry of such a function, with two return addresses on the stack: into the
 * function, where what it has still to do begins, and above it into whoever called it.  A kprobe sends
 * us there in place of the function, with the second alone; %r10 holds where the probe stands, which it
 * lets pass when we come back to it (diversion.h).
 */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>

	.text
SYM_FUNC_START(sysvipc_enter_exit_files)
	pushq	%rdi
	call	sysvipc_before_exit_files
	popq	%rdi
	RET
SYM_FUNC_END(sysvipc_enter_exit_files)

SYM_CODE_START(sysvipc_enter_exit_files_in_place)
	UNWIND_HINT_FUNC
	ENDBR
	pushq	%rdi
	pushq	%r10
	call	sysvipc_before_exit_files
	popq	%r10
	popq	%rdi
	pushq	%r10
	RET
SYM_CODE_END(sysvipc_enter_exit_files_in_place)

/*
 * The function's arguments, four at the most: asked whether we go around this call, and if so called in
 * place of the function, with where its rest begins.  The handler of a kprobe has asked already.
 */
.macro AROUND function
SYM_CODE_START(sysvipc_enter_\function)
	UNWIND_HINT_FUNC
	ENDBR
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	call	sysvipc_goes_around_\function
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	testb	%al, %al
	jz	.Lnot_around_\function
	popq	%r8
	UNWIND_HINT_FUNC
	jmp	sysvipc_around_\function
.Lnot_around_\function:
	UNWIND_HINT_FUNC
	RET
SYM_CODE_END(sysvipc_enter_\function)

SYM_CODE_START(sysvipc_enter_\function\()_in_place)
	UNWIND_HINT_FUNC
	ENDBR
	movq	%r10, %r8
	jmp	sysvipc_around_\function
SYM_CODE_END(sysvipc_enter_\function\()_in_place)
.endm

AROUND leaving
#ifdef CONFIG_PREEMPT_RT
AROUND copy_process
#endif

/*
 * The rest may not be the beginning of a function, which an indirect jump would have to lead to.  The last
 * argument is the mark by which a probe there knows us.
 */
SYM_CODE_START(sysvipc_call_rest)
	UNWIND_HINT_FUNC
	movq	%r9, %r10
	pushq	%r8
	RET
SYM_CODE_END(sysvipc_call_rest)
