/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86: landings of intercepted system calls.
 *
 * A direct call enters with two return addresses on the stack: into the kernel's function, and above that
 * into its caller.  We drop the first: our C++ function returns in place of the kernel's.  A kprobe
 * leaves only the second.  %rdi is the argument of the kernel's function: the program's registers,
 * which contain the call's number.  32-bit programs use other numbers for these calls than 64-bit ones.
 */
#include <linux/linkage.h>
#include <asm/unistd_64.h>
#include <asm/unwind_hints.h>
#include <generated/kapi_layout.h>

#define X32_BIT 30 /* x32 programs set it in the number of a call that they share */

/* Macros of the preprocessor, which has the numbers. */
#define IF_EQUAL(name) je sysvipc_call_##name
#define IF(name) cmpl $__NR_##name, %eax; je sysvipc_call_##name
#define ELSE(name) jmp sysvipc_call_##name

/* The search below bisects the numbers; no other call is intercepted. */
#if !(__NR_shmget < __NR_shmat && __NR_shmat < __NR_shmctl && __NR_shmctl < __NR_semget && \
	__NR_semget < __NR_semop && __NR_semop < __NR_semctl && __NR_semctl < __NR_shmdt && \
	__NR_shmdt < __NR_msgget && __NR_msgget < __NR_msgsnd && __NR_msgsnd < __NR_msgrcv && \
	__NR_msgrcv < __NR_msgctl && __NR_msgctl < __NR_semtimedop)
#error "the calls have other numbers than this search knows"
#endif
/* Above msgctl, all but semtimedop are 32-bit calls: ipc, semget to msgctl, semtimedop. */
#if !(__NR_msgctl < KAPI_COMPAT_IPC && KAPI_COMPAT_IPC < __NR_semtimedop && \
	__NR_semtimedop < KAPI_COMPAT_SEMGET && KAPI_COMPAT_SEMGET < KAPI_COMPAT_SEMCTL && \
	KAPI_COMPAT_SEMCTL < KAPI_COMPAT_SHMGET && KAPI_COMPAT_SHMGET < KAPI_COMPAT_SHMCTL && \
	KAPI_COMPAT_SHMCTL < KAPI_COMPAT_SHMAT && KAPI_COMPAT_SHMAT < KAPI_COMPAT_SHMDT && \
	KAPI_COMPAT_SHMDT < KAPI_COMPAT_MSGGET && KAPI_COMPAT_MSGGET < KAPI_COMPAT_MSGSND && \
	KAPI_COMPAT_MSGSND < KAPI_COMPAT_MSGRCV && KAPI_COMPAT_MSGRCV < KAPI_COMPAT_MSGCTL && \
	KAPI_COMPAT_MSGCTL < KAPI_COMPAT_SEMTIMEDOP)
#error "a call of 32-bit programs has a number that this search takes for another"
#endif

	.text
SYM_CODE_START(sysvipc_enter_call)
	UNWIND_HINT_FUNC
	ENDBR
#ifdef CONFIG_SYSVIPC
	/*
	 * While the module is being loaded or unloaded, the call returns ENOSYS: the kernel's own function
	 * then runs.
	 */
	pushq	%rdi
	call	sysvipc_serve
	popq	%rdi
	cmpq	$-KAPI_ENOSYS, %rax
	je	.Lkernels_own
	addq	$8, %rsp
	/* The stack is that of a function's entry again: one return address on top. */
	UNWIND_HINT_FUNC
.Lkernels_own:
	RET
#else
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	jmp	sysvipc_serve
#endif
SYM_CODE_END(sysvipc_enter_call)

/*
 * Each call has its own landing for a kprobe, as each continues after ENOSYS with another function of the
 * kernel.
 */
.macro CALL_IN_PLACE name
SYM_CODE_START(sysvipc_enter_\name\()_in_place)
	UNWIND_HINT_FUNC
	ENDBR
#ifdef CONFIG_SYSVIPC
	pushq	%rdi
	call	sysvipc_serve
	popq	%rdi
	cmpq	$-KAPI_ENOSYS, %rax
	je	.Lkernels_own_\name
	RET
.Lkernels_own_\name:
	movq	sysvipc_at_\name(%rip), %r8
	jmp	sysvipc_go_on
#else
	jmp	sysvipc_serve
#endif
SYM_CODE_END(sysvipc_enter_\name\()_in_place)
.endm

#define CALL(abi, name, function, number) CALL_IN_PLACE abi##_##name
#include <arch/calls.def>

SYM_CODE_START_LOCAL(sysvipc_serve)
	UNWIND_HINT_FUNC
	movl	KAPI_PT_REGS_CALL_NUMBER(%rdi), %eax
	btrl	$X32_BIT, %eax
	cmpl	$__NR_shmdt, %eax
	ja	.Lmessages
	IF_EQUAL(shmdt)
	cmpl	$__NR_semop, %eax
	IF_EQUAL(semop)
	ja	sysvipc_call_semctl
	IF(semget)
	cmpl	$__NR_shmat, %eax
	IF_EQUAL(shmat)
	ja	sysvipc_call_shmctl
	ELSE(shmget)
.Lmessages:
	cmpl	$__NR_msgrcv, %eax
	IF_EQUAL(msgrcv)
	ja	.Llast
	IF(msgsnd)
	ELSE(msgget)
.Llast:
	IF(msgctl)
	IF(semtimedop)
	ELSE(compat)
SYM_CODE_END(sysvipc_serve)
