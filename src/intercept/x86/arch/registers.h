/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86: the registers at the entry of system calls and functions.  Kernel source: <asm/syscall.h>,
 * <asm/ptrace.h>.
 */
#ifndef SYSVIPC_INTERCEPT_ARCH_REGISTERS_H
#define SYSVIPC_INTERCEPT_ARCH_REGISTERS_H

#include <linux/ptrace.h>
#include <linux/sched.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#ifdef CONFIG_IA32_EMULATION
#include <asm/unistd_32_ia32.h>
#endif

/* True if 32-bit programs run. */
#define ARCH_HAS_COMPAT IS_ENABLED(CONFIG_IA32_EMULATION)

/* --- system calls: @call: the program's registers */

/* Argument @n (0 to 5) of a 64-bit program. */
static inline unsigned long arch_call_argument(const struct pt_regs *call, unsigned int n)
{
	switch (n) {
	case 0:
		return call->di;
	case 1:
		return call->si;
	case 2:
		return call->dx;
	case 3:
		return call->r10;
	case 4:
		return call->r8;
	default:
		return call->r9;
	}
}

/* Argument @n (0 to 5) of a 32-bit program. */
static inline u32 arch_compat_argument(const struct pt_regs *call, unsigned int n)
{
	switch (n) {
	case 0:
		return call->bx;
	case 1:
		return call->cx;
	case 2:
		return call->dx;
	case 3:
		return call->si;
	case 4:
		return call->di;
	default:
		return call->bp;
	}
}

/* The call's number, in @number: x32 programs set a bit in the number of a call that they share. */
static inline u32 arch_number_of_call(u32 number)
{
	return number & ~__X32_SYSCALL_BIT;
}

/* The kernel uses the lower half of the register. */
static inline u32 arch_call_number(const struct pt_regs *call)
{
	return arch_number_of_call((u32)call->orig_ax);
}

/* True if a 32-bit program made @call, of the current task. */
static inline bool arch_is_compat_call(const struct pt_regs *call)
{
	return in_ia32_syscall();
}

/* True if @call is setns(2). */
static inline bool arch_is_setns(const struct pt_regs *call)
{
#ifdef CONFIG_IA32_EMULATION
	if (in_ia32_syscall())
		return arch_call_number(call) == __NR_ia32_setns;
#endif
	return arch_call_number(call) == __NR_setns;
}

/* True if a 32-bit program made the call that @task is in; unreliable while the task runs. */
static inline bool arch_is_in_compat_call(struct task_struct *task)
{
#ifdef CONFIG_IA32_EMULATION
	return READ_ONCE(task_thread_info(task)->status) & TS_COMPAT;
#else
	return false;
#endif
}

/* --- functions of the kernel: @regs: the registers at the function's entry */

/* Argument @n (0 to 3) of a function whose arguments are words and pointers. */
static inline unsigned long arch_function_argument(const struct pt_regs *regs, unsigned int n)
{
	return n == 0 ? regs->di : n == 1 ? regs->si : n == 2 ? regs->dx : regs->cx;
}

/*
 * A register that is unused at a function's entry, for ../../probe_hook.h.  Not %r11: a probe on an ftrace
 * call site could not change it.
 */
static inline unsigned long *arch_spare_register(struct pt_regs *regs)
{
	return &regs->r10;
}

#endif
