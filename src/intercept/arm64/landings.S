/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64: landings of intercepted kernel functions; those of the system calls: calls.S.
 *
 * A direct call enters with two return addresses: in x30 into the intercepted function, where its rest begins,
 * and in x9 into the function's caller; the rest expects the latter in x30.  A kprobe enters in place of the
 * function, with the latter in x30.  Neither address is signed or on a shadow stack yet.  Our own call of an
 * intercepted function leaves a mark in x15, so that the probe lets it pass (probe_hook.h).  Functions have at
 * most four arguments.  x9 to x17 carry nothing else.
 *
 * Every landing that is a jump target begins with BTI, for kernels that enforce it.  Functions that may lack
 * BTI are entered by RET, which these kernels do not check.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <arch/frame.h>
#include <generated/kapi_layout.h>
#include <intercept/places.h>

	.text

.macro LAND_FROM place landing
	ldr_l	x10, sysvipc_at_\place
	sub	x10, x30, x10
	cmp	x10, #LONGEST_ENTRY
	b.ls	sysvipc_enter_\landing
.endm

/* If no function below matches, the call is a system call. */
SYM_CODE_START(sysvipc_enter_intercepted)
	bti	c
	ubfx	x10, x30, #MARK_SHIFT, #MARK_BITS
	adr_l	x11, sysvipc_marks
	ldrb	w10, [x11, x10]
	cbnz	w10, .Lno_call
.Lcall:
	b	sysvipc_enter_call
.Lno_call:
#define HANDLER(handler, kind)
#define FUNCTION(place, handler, ...) LAND_FROM place, handler;
#include <intercept/functions.def>
	LAND_FROM trial, trial
	b	.Lcall
SYM_CODE_END(sysvipc_enter_intercepted)

SYM_CODE_START_LOCAL(sysvipc_enter_trial)
	adr_l	x10, sysvipc_trial_hit
	mov	w11, #1
	strb	w11, [x10]
	GO_ON_INTO_FUNCTION
SYM_CODE_END(sysvipc_enter_trial)

/*
 * Runs the function at x4, after a kprobe at its entry has diverted the task; the probe lets this call
 * pass.
 */
SYM_CODE_START(sysvipc_go_on)
	BEGIN_FRAME
	SAVE_ARGUMENTS
	str	x4, [sp, #FRAME_SPARE]
	mov	x0, x4
	bl	sysvipc_own_mark
	mov	x15, x0
	ldr	x16, [sp, #FRAME_SPARE]
	RESTORE_ARGUMENTS
	END_FRAME
	ret	x16
SYM_CODE_END(sysvipc_go_on)

/* Our handler runs before the function. */
.macro BEFORE function
SYM_CODE_START(sysvipc_enter_\function)
	bti	c
	BEGIN_FRAME_OF_DIRECT_CALL
	SAVE_ARGUMENTS
	bl	sysvipc_before_\function
	RESTORE_ARGUMENTS
	END_FRAME_OF_DIRECT_CALL
	GO_ON_INTO_FUNCTION
SYM_CODE_END(sysvipc_enter_\function)
.endm

.macro BEFORE_IN_PLACE place function
SYM_CODE_START(sysvipc_enter_\place\()_in_place)
	bti	c
	BEGIN_FRAME
	SAVE_ARGUMENTS
	bl	sysvipc_before_\function
	RESTORE_ARGUMENTS
	END_FRAME
	ldr_l	x4, sysvipc_at_\place
	b	sysvipc_go_on
SYM_CODE_END(sysvipc_enter_\place\()_in_place)
.endm

/* Our handler runs before the function; it returns two registers: skip the function?, and the result. */
.macro ANSWER function
SYM_CODE_START(sysvipc_enter_\function)
	bti	c
	BEGIN_FRAME_OF_DIRECT_CALL
	SAVE_ARGUMENTS
	bl	sysvipc_answer_\function
	cbz	x0, .Lgo_on_\function
	mov	x0, x1
	END_FRAME_OF_DIRECT_CALL
	mov	x30, x9
	ret
.Lgo_on_\function:
	RESTORE_ARGUMENTS
	END_FRAME_OF_DIRECT_CALL
	GO_ON_INTO_FUNCTION
SYM_CODE_END(sysvipc_enter_\function)
.endm

.macro ANSWER_IN_PLACE place function
SYM_CODE_START(sysvipc_enter_\place\()_in_place)
	bti	c
	BEGIN_FRAME
	SAVE_ARGUMENTS
	bl	sysvipc_answer_\function
	cbz	x0, .Lgo_on_in_place_\place
	mov	x0, x1
	END_FRAME
	ret
.Lgo_on_in_place_\place:
	RESTORE_ARGUMENTS
	END_FRAME
	ldr_l	x4, sysvipc_at_\place
	b	sysvipc_go_on
SYM_CODE_END(sysvipc_enter_\place\()_in_place)
.endm

/*
 * Calls our wrapper in place of the function if its filter wants this call.  Fifth argument: the address
 * of the function's rest; sixth: not 0 if a kprobe is there.
 */
.macro AROUND function
SYM_CODE_START(sysvipc_enter_\function)
	bti	c
	BEGIN_FRAME_OF_DIRECT_CALL
	SAVE_ARGUMENTS
	bl	sysvipc_goes_around_\function
	and	w10, w0, #0xff
	RESTORE_ARGUMENTS
	END_FRAME_OF_DIRECT_CALL
	cbnz	w10, .Laround_\function
	GO_ON_INTO_FUNCTION
.Laround_\function:
	mov	x4, x30
	mov	x5, #0
	mov	x30, x9
	b	sysvipc_around_\function
SYM_CODE_END(sysvipc_enter_\function)
.endm

/* Functions may share a handler; each has its own landing in place, which continues at its address. */
.macro AROUND_IN_PLACE place function
SYM_CODE_START(sysvipc_enter_\place\()_in_place)
	bti	c
	BEGIN_FRAME
	SAVE_ARGUMENTS
	bl	sysvipc_goes_around_\function
	and	w10, w0, #0xff
	RESTORE_ARGUMENTS
	END_FRAME
	ldr_l	x4, sysvipc_at_\place
	cbnz	w10, .Laround_in_place_\place
	b	sysvipc_go_on
.Laround_in_place_\place:
	mov	x5, #1
	b	sysvipc_around_\function
SYM_CODE_END(sysvipc_enter_\place\()_in_place)
.endm

#define HANDLER(handler, kind) kind handler;
#define FUNCTION(place, handler, kind, ...) kind##_IN_PLACE place, handler;
#include <intercept/functions.def>

/* The C function sysvipc_call_rest(), around.h. */
SYM_CODE_START(sysvipc_call_rest)
	bti	c
	cbnz	x5, sysvipc_go_on
	ret	x4
SYM_CODE_END(sysvipc_call_rest)

/* Only continues the function: for trying whether it can be redirected.  The KUnit module has one in nowhere.S. */
SYM_CODE_START(sysvipc_enter_nowhere)
	bti	c
	GO_ON_INTO_FUNCTION
SYM_CODE_END(sysvipc_enter_nowhere)
