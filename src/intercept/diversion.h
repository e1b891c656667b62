/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: kprobes that divert some calls of a function and let the others pass.
 *
 * A probe at a function's entry is also hit by the calls with which our code runs the rest of the function.
 * @is_wanted decides which calls pass.  A register that carries no argument at a function's entry passes
 * information both ways: to the trampoline the probe's address, and back to the probe any mark that the
 * trampoline's side has left there.
 */
#ifndef SYSVIPC_SRC_INTERCEPT_DIVERSION_H
#define SYSVIPC_SRC_INTERCEPT_DIVERSION_H

#include <linux/ptrace.h>

#include <intercept/hook.h>

/* Runs in the handler, with preemption disabled. */
typedef bool diversion_filter(const struct kapi_regs *registers);

/*
 * Probes that are undone together, at most @most of them, by intercept_probe_hook_detach().
 * -EOPNOTSUPP: the kernel has no kprobes; -ENOMEM.
 */
int probe_hook_new(kapi_u32 most, struct kapi_probe_hook **hook);
/*
 * One more.  @trampoline NULL: the filter is all there is; @is_wanted NULL: every call is.
 * Errors: as intercept_probe_hook_attach().  Sleeps.
 */
int probe_hook_add(struct kapi_probe_hook *hook, const char *symbol, void (*trampoline)(void),
		   diversion_filter *is_wanted);

/* Not %r11: a probe that stands on a call of ftrace could not change it. */
#if defined(CONFIG_X86_64)
static inline unsigned long diversion_register(const struct kapi_regs *registers)
{
	return ((const struct pt_regs *)registers)->r10;
}

static inline void diversion_register_set(struct pt_regs *regs, unsigned long value)
{
	regs->r10 = value;
}

/* Argument @n (0 to 3) of the function, which is given words and pointers. */
static inline unsigned long diversion_argument(const struct kapi_regs *registers, unsigned int n)
{
	const struct pt_regs *regs = (const struct pt_regs *)registers;

	return n == 0 ? regs->di : n == 1 ? regs->si : n == 2 ? regs->dx : regs->cx;
}
#else
#error "which registers a function of this architecture is entered with is not described here yet"
#endif

#endif
