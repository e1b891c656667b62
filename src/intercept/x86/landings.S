/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86: landings of intercepted kernel functions; those of the system calls: calls.S.
 *
 * A direct call enters with two return addresses on the stack: into the intercepted function, where its rest
 * begins, and above that into its caller.  A kprobe enters in place of the function, with the second address
 * only.  Our own call of an intercepted function leaves a mark in %r10, so that the probe lets it pass
 * (probe_hook.h).  Functions have at most four arguments.
 */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>
#include <generated/kapi_layout.h>
#include <intercept/places.h>

.macro SAVE_ARGUMENTS
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
.endm

.macro RESTORE_ARGUMENTS
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
.endm

	.text

.macro LAND_FROM place landing
	movq	(%rsp), %r11
	subq	sysvipc_at_\place(%rip), %r11
	cmpq	$LONGEST_ENTRY, %r11
	jbe	sysvipc_enter_\landing
.endm

/* If no function below matches, the call is a system call. */
SYM_CODE_START(sysvipc_enter_intercepted)
	UNWIND_HINT_FUNC
	ENDBR
#if MARK_SHIFT + MARK_BITS != 16
#error "a mark is not of bits of an address's lowest 16"
#endif
	movzwl	(%rsp), %r11d
	shrl	$MARK_SHIFT, %r11d
	cmpb	$0, sysvipc_marks(%r11)
	je	sysvipc_enter_call
#define HANDLER(handler, kind)
#define FUNCTION(place, handler, ...) LAND_FROM place, handler;
#include <intercept/functions.def>
	LAND_FROM trial, trial
	jmp	sysvipc_enter_call
SYM_CODE_END(sysvipc_enter_intercepted)

SYM_CODE_START_LOCAL(sysvipc_enter_trial)
	UNWIND_HINT_FUNC
	movb	$1, sysvipc_trial_hit(%rip)
	RET
SYM_CODE_END(sysvipc_enter_trial)

/*
 * Runs the function at %r8, after a kprobe at its entry has diverted the task; the probe lets this call
 * pass.
 */
SYM_CODE_START(sysvipc_go_on)
	UNWIND_HINT_FUNC
	SAVE_ARGUMENTS
	pushq	%r8
	movq	%r8, %rdi
	call	sysvipc_own_mark
	popq	%r8
	RESTORE_ARGUMENTS
	movq	%rax, %r10
	pushq	%r8
	RET
SYM_CODE_END(sysvipc_go_on)

/* Our handler runs before the function. */
.macro BEFORE function
SYM_CODE_START(sysvipc_enter_\function)
	UNWIND_HINT_FUNC
	ENDBR
	SAVE_ARGUMENTS
	call	sysvipc_before_\function
	RESTORE_ARGUMENTS
	RET
SYM_CODE_END(sysvipc_enter_\function)
.endm

.macro BEFORE_IN_PLACE place function
SYM_CODE_START(sysvipc_enter_\place\()_in_place)
	UNWIND_HINT_FUNC
	ENDBR
	SAVE_ARGUMENTS
	call	sysvipc_before_\function
	RESTORE_ARGUMENTS
	movq	sysvipc_at_\place(%rip), %r8
	jmp	sysvipc_go_on
SYM_CODE_END(sysvipc_enter_\place\()_in_place)
.endm

/* Our handler runs before the function; it returns two registers: skip the function?, and the result. */
.macro ANSWER function
SYM_CODE_START(sysvipc_enter_\function)
	UNWIND_HINT_FUNC
	ENDBR
	SAVE_ARGUMENTS
	call	sysvipc_answer_\function
	movq	%rdx, %r8
	RESTORE_ARGUMENTS
	testq	%rax, %rax
	jnz	.Lall_done_\function
	RET
.Lall_done_\function:
	movq	%r8, %rax
	addq	$8, %rsp
	/* The stack is that of a function's entry again: one return address on top. */
	UNWIND_HINT_FUNC
	RET
SYM_CODE_END(sysvipc_enter_\function)
.endm

.macro ANSWER_IN_PLACE place function
SYM_CODE_START(sysvipc_enter_\place\()_in_place)
	UNWIND_HINT_FUNC
	ENDBR
	SAVE_ARGUMENTS
	call	sysvipc_answer_\function
	movq	%rdx, %r8
	RESTORE_ARGUMENTS
	testq	%rax, %rax
	jz	.Lgo_on_in_place_\place
	movq	%r8, %rax
	RET
.Lgo_on_in_place_\place:
	movq	sysvipc_at_\place(%rip), %r8
	jmp	sysvipc_go_on
SYM_CODE_END(sysvipc_enter_\place\()_in_place)
.endm

/*
 * Calls our wrapper in place of the function if its filter wants this call.  Fifth argument: the address
 * of the function's rest; sixth: not 0 if a kprobe is there.
 */
.macro AROUND function
SYM_CODE_START(sysvipc_enter_\function)
	UNWIND_HINT_FUNC
	ENDBR
	SAVE_ARGUMENTS
	call	sysvipc_goes_around_\function
	RESTORE_ARGUMENTS
	testb	%al, %al
	jz	.Lnot_around_\function
	popq	%r8
	UNWIND_HINT_FUNC
	xorl	%r9d, %r9d
	jmp	sysvipc_around_\function
.Lnot_around_\function:
	UNWIND_HINT_FUNC
	RET
SYM_CODE_END(sysvipc_enter_\function)
.endm

/* Functions may share a handler; each has its own landing in place, which continues at its address. */
.macro AROUND_IN_PLACE place function
SYM_CODE_START(sysvipc_enter_\place\()_in_place)
	UNWIND_HINT_FUNC
	ENDBR
	SAVE_ARGUMENTS
	call	sysvipc_goes_around_\function
	RESTORE_ARGUMENTS
	movq	sysvipc_at_\place(%rip), %r8
	testb	%al, %al
	jz	sysvipc_go_on
	movl	$1, %r9d
	jmp	sysvipc_around_\function
SYM_CODE_END(sysvipc_enter_\place\()_in_place)
.endm

#define HANDLER(handler, kind) kind handler;
#define FUNCTION(place, handler, kind, ...) kind##_IN_PLACE place, handler;
#include <intercept/functions.def>

/* Uses RET: an indirect jump would need an ENDBR, which the rest may lack. */
SYM_CODE_START(sysvipc_call_rest)
	UNWIND_HINT_FUNC
	testl	%r9d, %r9d
	jnz	sysvipc_go_on
	pushq	%r8
	RET
SYM_CODE_END(sysvipc_call_rest)

/* Only continues the function: for trying whether it can be redirected.  The KUnit module has one in nowhere.S. */
SYM_CODE_START(sysvipc_enter_nowhere)
	UNWIND_HINT_FUNC
	ENDBR
	RET
SYM_CODE_END(sysvipc_enter_nowhere)
