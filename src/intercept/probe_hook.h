/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: kprobes that send some calls of a function elsewhere, and let the others pass.
 *
 * A probe at the entry of a function also meets the calls by which our own code has the function run after all.
 * It lets those pass: they leave a mark in a register that carries nothing at the entry of a function.  The mark
 * is of one task and one function, and the probe takes it away again.  Nothing travels the other way in a register:
 * between the probe and where it sends the task, a BPF program may run and leave anything in it.
 */
#ifndef SYSVIPC_SRC_INTERCEPT_PROBE_HOOK_H
#define SYSVIPC_SRC_INTERCEPT_PROBE_HOOK_H

#include <kapi/types.h>

struct probe_hook;
struct kapi_regs;

/* Runs in the handler, where no lock can be taken and nothing be enabled: it may be as in an NMI. */
typedef bool diversion_filter(const struct kapi_regs *registers);

/*
 * Probes to be removed together, at most @most, by probe_hook_detach(). -EOPNOTSUPP: the
 * kernel has no kprobes; -ENOMEM.
 */
int probe_hook_new(kapi_u32 most, struct probe_hook **hook);
/*
 * Adds one.  @is_wanted NULL: divert every call.  @rest:
 * where our own code enters the function with a mark; 0: nowhere.
 * -ENOENT: no such function, or only a module has it; -EBUSY: another user has redirected it; -ENOMEM.
 * Sleeps.
 */
int probe_hook_add(struct probe_hook *hook, const char *symbol, unsigned long rest,
		   void (*landing)(void), diversion_filter *is_wanted);
/* No call is diverted after this, unless intercept_stuck() says otherwise.  Sleeps. */
void probe_hook_detach(struct probe_hook *hook);

#endif
