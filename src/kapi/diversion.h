/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: kprobes that send some calls of a function elsewhere, and let the others pass.
 *
 * A probe that stands on a function's entry also meets the calls by which our own code has the function do
 * what it has still to do.  What lets those pass is the caller's business (@is_wanted); a register that
 * nothing is handed over in at the entry of a function carries what the two tell each other: to the
 * trampoline where the probe stands, and back to the probe any mark that the trampoline's side has put
 * there.
 */
#ifndef SYSVIPC_SRC_KAPI_DIVERSION_H
#define SYSVIPC_SRC_KAPI_DIVERSION_H

#include <linux/ptrace.h>

#include <kapi/hook.h>

/* Runs in the handler, with preemption disabled. */
typedef bool diversion_filter(const struct pt_regs *regs);

/* As kapi_probe_hook_attach(), but for the calls that @is_wanted is false for. */
int probe_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
		      diversion_filter *is_wanted, struct kapi_probe_hook **hook, kapi_u32 *failed);

/* Not %r11: a probe that stands on a call of ftrace could not change it. */
#if defined(CONFIG_X86_64)
static inline unsigned long diversion_register(const struct pt_regs *regs)
{
	return regs->r10;
}

static inline void diversion_register_set(struct pt_regs *regs, unsigned long value)
{
	regs->r10 = value;
}

/* Argument @n (0 to 3) of the function, which is given words and pointers. */
static inline unsigned long diversion_argument(const struct pt_regs *regs, unsigned int n)
{
	return n == 0 ? regs->di : n == 1 ? regs->si : n == 2 ? regs->dx : regs->cx;
}
#else
#error "which registers a function of this architecture is entered with is not described here yet"
#endif

#endif
