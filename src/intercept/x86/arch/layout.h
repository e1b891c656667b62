/* SPDX-License-Identifier: GPL-2.0 */
/* x86: architecture-specific part of generated/kapi_layout.h.  Kernel source: <asm/ptrace.h>. */
#ifndef SYSVIPC_INTERCEPT_ARCH_LAYOUT_H
#define SYSVIPC_INTERCEPT_ARCH_LAYOUT_H

#include <asm/unistd_32_ia32.h>

#ifndef CONFIG_64BIT
#error "sysvipc is for 64-bit kernels"
#endif

/* The register in which a program passes the number of a call. */
#define ARCH_CALL_NUMBER orig_ax

/* The numbers of 32-bit programs: NUMBER(NAME, number) for each. */
#define ARCH_COMPAT_NUMBERS                                                                        \
	NUMBER(IPC, __NR_ia32_ipc)                                                                 \
	NUMBER(SEMGET, __NR_ia32_semget)                                                           \
	NUMBER(SEMCTL, __NR_ia32_semctl)                                                           \
	NUMBER(SHMGET, __NR_ia32_shmget)                                                           \
	NUMBER(SHMCTL, __NR_ia32_shmctl)                                                           \
	NUMBER(SHMAT, __NR_ia32_shmat)                                                             \
	NUMBER(SHMDT, __NR_ia32_shmdt)                                                             \
	NUMBER(MSGGET, __NR_ia32_msgget)                                                           \
	NUMBER(MSGSND, __NR_ia32_msgsnd)                                                           \
	NUMBER(MSGRCV, __NR_ia32_msgrcv)                                                           \
	NUMBER(MSGCTL, __NR_ia32_msgctl)                                                           \
	NUMBER(SEMTIMEDOP, __NR_ia32_semtimedop_time64)

#endif
