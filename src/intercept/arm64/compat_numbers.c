// SPDX-License-Identifier: GPL-2.0
/*
 * arm64: checks the numbers of 32-bit programs' calls in arch/calls.def and arch/registers.h against the
 * kernel's.  The kernel's header for them redefines the macros of the header for 64-bit programs, which
 * most headers include: so this file includes nothing else.
 */
#ifdef CONFIG_COMPAT

#define __SYSCALL(number, function)
#include <asm/unistd32.h>

#define IN_native(name, number)
#define IN_compat(name, number) compat_##name = number,
#define CALL(abi, name, function, number) IN_##abi(name, number)
#define SHARED(name, number) IN_compat(name, number)
enum {
#include <arch/calls.def>
};

_Static_assert(compat_semop == __NR_semop, "semop");
_Static_assert(compat_semget == __NR_semget, "semget");
_Static_assert(compat_old_semctl == __NR_semctl, "semctl");
_Static_assert(compat_msgsnd == __NR_msgsnd, "msgsnd");
_Static_assert(compat_msgrcv == __NR_msgrcv, "msgrcv");
_Static_assert(compat_msgget == __NR_msgget, "msgget");
_Static_assert(compat_old_msgctl == __NR_msgctl, "msgctl");
_Static_assert(compat_shmat == __NR_shmat, "shmat");
_Static_assert(compat_shmdt == __NR_shmdt, "shmdt");
_Static_assert(compat_shmget == __NR_shmget, "shmget");
_Static_assert(compat_old_shmctl == __NR_shmctl, "shmctl");
_Static_assert(compat_semtimedop_time32 == __NR_semtimedop, "semtimedop");
_Static_assert(compat_semtimedop == __NR_semtimedop_time64, "semtimedop_time64");

#endif
