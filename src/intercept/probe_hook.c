// SPDX-License-Identifier: GPL-2.0
/*
 * intercept: redirects kernel functions by kprobes (contracts: probe_hook.h).
 *
 * A probe's handler sets the address at which to continue and makes the kernel skip the probed
 * instruction.  The kernel ignores both in a probe that it has optimised into a jump; it does not optimise
 * a probe with a post_handler.  For a probe on an ftrace call site, the post_handler also declares that the
 * probe changes the instruction pointer, which only one user of a function may do.
 */
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "probe_hook.h"
#include "probes.h"
#include "../host/symbol.h"
#include <arch/registers.h>

#ifdef CONFIG_KPROBES

struct diversion {
	struct kprobe probe;
	unsigned long rest;
	unsigned long landing;
	diversion_filter *is_wanted; /* NULL: divert every call */
};

struct probe_hook {
	kapi_u32 count; /* of registered probes */
	struct kprobe **probes; /* in the form of unregister_kprobes() */
	struct diversion diversions[];
};

/* A value that other code is very unlikely to leave in a register. */
unsigned long __attribute__((__externally_visible__)) sysvipc_own_mark(unsigned long rest);
unsigned long sysvipc_own_mark(unsigned long rest)
{
	return (unsigned long)current ^ (unsigned long)&sysvipc_own_mark ^ rest;
}
NOKPROBE_SYMBOL(sysvipc_own_mark);

static int divert(struct kprobe *probe, struct pt_regs *regs)
{
	const struct diversion *diversion = container_of(probe, struct diversion, probe);

	if (diversion->rest && *arch_spare_register(regs) == sysvipc_own_mark(diversion->rest)) {
		*arch_spare_register(regs) = 0;
		return 0;
	}
	if (diversion->is_wanted && !diversion->is_wanted((const struct kapi_regs *)regs))
		return 0;
	instruction_pointer_set(regs, diversion->landing);
	return 1;
}
NOKPROBE_SYMBOL(divert);

static void keep_from_optimising(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(keep_from_optimising);

int probe_hook_new(kapi_u32 most, struct probe_hook **result)
{
	struct probe_hook *hook = kzalloc(struct_size(hook, diversions, most), GFP_KERNEL);

	if (!hook)
		return -ENOMEM;
	hook->probes = kcalloc(most, sizeof(*hook->probes), GFP_KERNEL);
	if (!hook->probes) {
		kfree(hook);
		return -ENOMEM;
	}
	*result = hook;
	return 0;
}

int probe_hook_add(struct probe_hook *hook, const char *symbol, unsigned long rest,
		   void (*landing)(void), diversion_filter *is_wanted)
{
	struct diversion *diversion = &hook->diversions[hook->count];
	struct kprobe *probe = &diversion->probe;
	unsigned long offset;
	int error;

	*diversion = (struct diversion){
		.probe = { .symbol_name = symbol,
			   .pre_handler = divert,
			   .post_handler = keep_from_optimising },
		.rest = rest,
		.landing = (unsigned long)landing,
		.is_wanted = is_wanted,
	};
	error = register_kprobe(probe);
	if (error)
		return error;
	if (symbol_is_kernels(symbol, probe->addr, &offset)) {
		hook->probes[hook->count++] = probe;
		return 0;
	}
	if (probes_unregister(&probe, 1)) /* the probe stays, so its memory must stay */
		hook->probes[hook->count++] = probe;
	return -ENOENT;
}

void probe_hook_detach(struct probe_hook *hook)
{
	if (probes_unregister(hook->probes, hook->count)) /* one grace period for all of them */
		return;
	kfree(hook->probes);
	kfree(hook);
}

#else /* no kprobes */

int probe_hook_new(kapi_u32 most, struct probe_hook **result)
{
	return -EOPNOTSUPP;
}

int probe_hook_add(struct probe_hook *hook, const char *symbol, unsigned long rest,
		   void (*landing)(void), diversion_filter *is_wanted)
{
	return -EOPNOTSUPP;
}

void probe_hook_detach(struct probe_hook *hook)
{
}

#endif
