/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: kprobes that divert some calls of a function, and let the others pass.
 *
 * A probe at the entry of a function is also hit when our own code calls the function.  The probe lets these
 * calls pass: they leave a mark in a register that is unused at the entry of a function.  The mark is valid for
 * one task and one function, and the probe clears it.  The probe passes nothing to the trampoline in a register:
 * a BPF program may run in between and change it.
 */
#ifndef SYSVIPC_SRC_INTERCEPT_PROBE_HOOK_H
#define SYSVIPC_SRC_INTERCEPT_PROBE_HOOK_H

#include <kapi/types.h>

struct probe_hook;
struct kapi_regs;

/* Runs in the probe's handler, possibly as in an NMI: must take no lock and enable nothing. */
typedef bool diversion_filter(const struct kapi_regs *registers);

/*
 * Probes to be removed together, at most @most, by probe_hook_detach(). -EOPNOTSUPP: the
 * kernel has no kprobes; -ENOMEM.
 */
int probe_hook_new(kapi_u32 most, struct probe_hook **hook);
/*
 * Adds a probe that diverts calls to @trampoline.  @is_wanted NULL: divert every call.  @rest: the address at
 * which our own code enters the function with a mark; 0: none.
 * -ENOENT: no such function, or only a module has it; -EBUSY: another user has redirected it; -ENOMEM.
 * Sleeps.
 */
int probe_hook_add(struct probe_hook *hook, const char *symbol, unsigned long rest,
		   void (*landing)(void), diversion_filter *is_wanted);
/* On return no call is diverted, unless intercept_stuck() names a function.  Sleeps. */
void probe_hook_detach(struct probe_hook *hook);

#endif
