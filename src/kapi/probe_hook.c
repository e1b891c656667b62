// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: send kernel functions elsewhere by kprobes (contracts: include/kapi/hook.h).
 *
 * A probe at the entry of a function says where to go on, and that nothing is left to do of the
 * instruction it stands on.  The kernel looks at none of that in a probe which it has optimised into a
 * jump, and does not optimise one that has a post_handler.  Where the probe stands on a call of ftrace,
 * that handler also says that the probe changes the course of the function, which two at a time cannot.
 */
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/slab.h>

#include "diversion.h"
#include "probes.h"
#include "symbol.h"

#ifdef CONFIG_KPROBES

struct diversion {
	struct kprobe probe;
	unsigned long trampoline;
	diversion_filter *is_wanted; /* NULL: every call is */
};

struct kapi_probe_hook {
	kapi_u32 count; /* of probes that are registered */
	struct kprobe **probes; /* as unregister_kprobes() wants them */
	struct diversion diversions[];
};

static int divert(struct kprobe *probe, struct pt_regs *regs)
{
	const struct diversion *diversion = container_of(probe, struct diversion, probe);

	if (diversion->is_wanted) {
		if (!diversion->is_wanted(regs))
			return 0;
		diversion_register_set(regs, (unsigned long)probe->addr);
	}
	instruction_pointer_set(regs, diversion->trampoline);
	return 1;
}
NOKPROBE_SYMBOL(divert);

static void keep_from_optimising(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(keep_from_optimising);

int probe_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
		      diversion_filter *is_wanted, struct kapi_probe_hook **result,
		      kapi_u32 *failed)
{
	struct kapi_probe_hook *hook = kzalloc(struct_size(hook, diversions, count), GFP_KERNEL);
	struct kprobe **probes = kcalloc(count, sizeof(*probes), GFP_KERNEL);
	int error = 0;

	if (!hook || !probes) {
		kfree(probes);
		kfree(hook);
		return -ENOMEM;
	}
	hook->probes = probes;
	for (; hook->count < count; hook->count++) {
		struct diversion *diversion = &hook->diversions[hook->count];

		*failed = hook->count;
		diversion->trampoline = (unsigned long)trampoline;
		diversion->is_wanted = is_wanted;
		diversion->probe.symbol_name = symbols[hook->count];
		diversion->probe.pre_handler = divert;
		diversion->probe.post_handler = keep_from_optimising;
		error = register_kprobe(&diversion->probe);
		if (error)
			break;
		probes[hook->count] = &diversion->probe;
		if (!symbol_is_kernels(symbols[hook->count], diversion->probe.addr)) {
			hook->count++;
			error = -ENOENT;
			break;
		}
	}
	if (error) {
		kapi_probe_hook_detach(hook);
		return error;
	}
	*result = hook;
	return 0;
}

void kapi_probe_hook_detach(struct kapi_probe_hook *hook)
{
	if (kapi_probes_unregister(hook->probes,
				   hook->count)) /* one grace period for all of them */
		return;
	kfree(hook->probes);
	kfree(hook);
}

#else /* no kprobes */

int probe_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
		      diversion_filter *is_wanted, struct kapi_probe_hook **result,
		      kapi_u32 *failed)
{
	return -EOPNOTSUPP;
}

void kapi_probe_hook_detach(struct kapi_probe_hook *hook)
{
}

#endif

int kapi_probe_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
			   struct kapi_probe_hook **result, kapi_u32 *failed)
{
	return probe_hook_attach(symbols, count, trampoline, NULL, result, failed);
}
