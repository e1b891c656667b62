/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64: landings of intercepted system calls.
 *
 * A direct call enters with the return address into the kernel's function in x30 and that into its caller in
 * x9: we drop the former, and our C++ function returns in place of the kernel's.  A kprobe enters with the
 * latter in x30.  x0 is the argument of the kernel's function: the program's registers, beside which the
 * kernel stores the call's number.  32-bit programs use other numbers for these calls than 64-bit ones, and
 * some of the functions serve both.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <asm/unistd.h>
#include <arch/frame.h>
#include <generated/kapi_layout.h>

/*
 * The search below bisects the consecutive numbers of 64-bit programs; none of their other calls is
 * intercepted.
 */
#if !(__NR_msgctl == __NR_msgget + 1 && __NR_msgrcv == __NR_msgget + 2 &&                          \
      __NR_msgsnd == __NR_msgget + 3 && __NR_semget == __NR_msgget + 4 &&                          \
      __NR_semctl == __NR_msgget + 5 && __NR_semtimedop == __NR_msgget + 6 &&                      \
      __NR_semop == __NR_msgget + 7 && __NR_shmget == __NR_msgget + 8 &&                           \
      __NR_shmctl == __NR_msgget + 9 && __NR_shmat == __NR_msgget + 10 &&                          \
      __NR_shmdt == __NR_msgget + 11)
#error "the calls have other numbers than this search knows"
#endif

	.text
SYM_CODE_START(sysvipc_enter_call)
	bti	c
#ifdef CONFIG_SYSVIPC
	/*
	 * While the module is being loaded or unloaded, the call returns ENOSYS: the kernel's own function
	 * then runs.
	 */
	BEGIN_FRAME_OF_DIRECT_CALL
	str	x0, [sp, #FRAME_SPARE]
	bl	sysvipc_serve
	cmn	x0, #KAPI_ENOSYS
	b.eq	.Lkernels_own
	END_FRAME_OF_DIRECT_CALL
	mov	x30, x9
	ret
.Lkernels_own:
	ldr	x0, [sp, #FRAME_SPARE]
	END_FRAME_OF_DIRECT_CALL
	GO_ON_INTO_FUNCTION
#else
	mov	x30, x9
	b	sysvipc_serve
#endif
SYM_CODE_END(sysvipc_enter_call)

/*
 * Each call has its own landing for a kprobe, as each continues after ENOSYS with another function of the
 * kernel.
 */
.macro CALL_IN_PLACE name
SYM_CODE_START(sysvipc_enter_\name\()_in_place)
	bti	c
#ifdef CONFIG_SYSVIPC
	BEGIN_FRAME
	str	x0, [sp, #FRAME_SPARE]
	bl	sysvipc_serve
	cmn	x0, #KAPI_ENOSYS
	b.eq	.Lkernels_own_\name
	END_FRAME
	ret
.Lkernels_own_\name:
	ldr	x0, [sp, #FRAME_SPARE]
	END_FRAME
	ldr_l	x4, sysvipc_at_\name
	b	sysvipc_go_on
#else
	b	sysvipc_serve
#endif
SYM_CODE_END(sysvipc_enter_\name\()_in_place)
.endm

#define CALL(abi, name, function, number) CALL_IN_PLACE abi##_##name
#include <arch/calls.def>

/* Uses a jump, as the range of conditional branches is too short. */
.macro IF_EQUAL name
	b.ne	.Lelse_\@
	b	sysvipc_call_\name
.Lelse_\@:
.endm

/* A macro of the preprocessor, which has the numbers. */
#define IF(name) cmp w10, #__NR_##name; IF_EQUAL name

SYM_CODE_START_LOCAL(sysvipc_serve)
	ldr	w10, [x0, #KAPI_PT_REGS_CALL_NUMBER]
	cmp	w10, #__NR_shmdt
	b.hi	.L32_bit
	cmp	w10, #__NR_semop
	IF_EQUAL semop
	b.hi	.Lsegments
	cmp	w10, #__NR_semget
	IF_EQUAL semget
	b.hi	.Lsemaphores
	IF(msgrcv)
	IF(msgsnd)
	IF(msgctl)
	b	sysvipc_call_msgget
.Lsemaphores:
	IF(semtimedop)
	b	sysvipc_call_semctl
.Lsegments:
	IF(shmat)
	IF(shmdt)
	IF(shmctl)
	b	sysvipc_call_shmget
.L32_bit:
	b	sysvipc_call_compat
SYM_CODE_END(sysvipc_serve)
