/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where hooked system calls land.
 *
 * ftrace calls us at the entry of the kernel's function, so two return addresses are on the stack:
 * into that function, and above it into whoever called it.  We drop the first: our C++ function
 * returns in the place of the hooked one.  %rdi is what the hooked function was given, the registers
 * of the caller, and in them the number of the call.
 */
#include <linux/errno.h>
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unistd_64.h>
#include <asm/unwind_hints.h>
#include <generated/kapi_layout.h>

#define X32_BIT 30 /* x32 programs add it to the number of a call that they share */

/* By the preprocessor, which knows the numbers. */
#define CALL(name) cmpl $__NR_##name, %eax; je sysvipc_call_##name

	.text
SYM_CODE_START(sysvipc_enter)
	UNWIND_HINT_FUNC
	ENDBR
	addq	$8, %rsp
	/* As at the entry of a function again: one return address on top. */
	UNWIND_HINT_FUNC
	movl	KAPI_PT_REGS_ORIG_AX(%rdi), %eax
	btrl	$X32_BIT, %eax
	CALL(semop)
	CALL(msgsnd)
	CALL(msgrcv)
	CALL(semtimedop)
	CALL(semctl)
	CALL(msgctl)
	CALL(semget)
	CALL(msgget)
	CALL(shmat)
	CALL(shmdt)
	CALL(shmctl)
	CALL(shmget)
	/* Not reached: no other call is hooked. */
	movq	$-ENOSYS, %rax
	RET
SYM_CODE_END(sysvipc_enter)
