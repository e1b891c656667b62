/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where functions land whose course is watched (watch_rt.c).
 *
 * ftrace calls us at the entry of such a function, with two return addresses on the stack: into the
 * function, where what it has still to do begins, and above it into whoever called it.
 */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>

#ifdef CONFIG_PREEMPT_RT

	.text
SYM_FUNC_START(sysvipc_enter_exit_files)
	pushq	%rdi
	call	sysvipc_before_exit_files
	popq	%rdi
	RET
SYM_FUNC_END(sysvipc_enter_exit_files)

/* Called in place of the function, with its arguments (four at the most), and where its rest begins. */
.macro AROUND function
SYM_CODE_START(sysvipc_enter_\function)
	UNWIND_HINT_FUNC
	ENDBR
	popq	%r8
	UNWIND_HINT_FUNC
	jmp	sysvipc_around_\function
SYM_CODE_END(sysvipc_enter_\function)
.endm

AROUND copy_process
AROUND unshare
AROUND setns

/* The rest is not the beginning of a function, which an indirect jump would have to lead to. */
SYM_CODE_START(sysvipc_call_rest)
	UNWIND_HINT_FUNC
	pushq	%r8
	RET
SYM_CODE_END(sysvipc_call_rest)

#endif
