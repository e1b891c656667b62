/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64: the registers at the entry of system calls and functions.  Kernel source: <asm/syscall.h>,
 * <asm/ptrace.h>, arch/arm64/kernel/syscall.c.
 */
#ifndef SYSVIPC_INTERCEPT_ARCH_REGISTERS_H
#define SYSVIPC_INTERCEPT_ARCH_REGISTERS_H

#include <linux/compat.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <asm/unistd.h>

/* True if 32-bit programs (AArch32) run. */
#define ARCH_HAS_COMPAT IS_ENABLED(CONFIG_COMPAT)

/* --- system calls: @call: the program's registers */

/* Argument @n (0 to 5) of a 64-bit program. */
static inline unsigned long arch_call_argument(const struct pt_regs *call, unsigned int n)
{
	return call->regs[n];
}

/* Argument @n (0 to 5) of a 32-bit program. */
static inline u32 arch_compat_argument(const struct pt_regs *call, unsigned int n)
{
	return call->regs[n];
}

/* The call's number, in @number. */
static inline u32 arch_number_of_call(u32 number)
{
	return number;
}

static inline u32 arch_call_number(const struct pt_regs *call)
{
	return arch_number_of_call(call->syscallno);
}

/* True if a 32-bit program made @call. */
static inline bool arch_is_compat_call(const struct pt_regs *call)
{
	return compat_user_mode(call);
}

/* 32-bit programs have another number for it: 375 (arch/arm64/tools/syscall_32.tbl). */
#define ARCH_COMPAT_SETNS 375

/* True if @call is setns(2). */
static inline bool arch_is_setns(const struct pt_regs *call)
{
	return arch_call_number(call) ==
	       (arch_is_compat_call(call) ? ARCH_COMPAT_SETNS : __NR_setns);
}

/* True if a 32-bit program made the call that @task is in; unreliable while the task runs. */
static inline bool arch_is_in_compat_call(struct task_struct *task)
{
	return is_compat_thread(task_thread_info(task));
}

/* --- functions of the kernel: @regs: the registers at the function's entry */

/* Argument @n (0 to 3) of a function whose arguments are words and pointers. */
static inline unsigned long arch_function_argument(const struct pt_regs *regs, unsigned int n)
{
	return regs->regs[n];
}

/*
 * A register that is unused at a function's entry, for ../../probe_hook.h.  Not x9, to which the probed
 * instruction may copy the return address, and not x16 and x17, which veneers of far calls use.
 */
static inline unsigned long *arch_spare_register(struct pt_regs *regs)
{
	return (unsigned long *)&regs->regs[15];
}

#endif
