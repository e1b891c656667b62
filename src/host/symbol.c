// SPDX-License-Identifier: GPL-2.0
/*
 * Look-up of kernel functions that are not exported (contracts: symbol.h).  Registering a kprobe by name
 * yields the address; the probes are never armed.
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>
#ifdef CONFIG_X86_KERNEL_IBT
#include <asm/ibt.h>
#endif

#include "symbol.h"

/* "name+0x0/0x40", followed by the module that it is in, if any: " [sysvipc]". */
bool symbol_is_kernels(const char *name, const void *address)
{
	char text[KSYM_SYMBOL_LEN];

	sprint_symbol(text, (unsigned long)address);
	return str_has_prefix(text, name) && text[strlen(name)] == '+' && !strchr(text, '[');
}

#ifdef CONFIG_KPROBES

static void *function_at(void *probed)
{
#ifdef CONFIG_X86_KERNEL_IBT
	/* A probe is placed after the ENDBR, or after what the kernel has replaced that with. */
	const u32 *mark = probed - sizeof(*mark);

	if (is_endbr(*mark))
		return (void *)mark;
#endif
	return probed;
}

int symbols_find(struct unexported_symbol *symbols, size_t count)
{
	struct kprobe *probes = kcalloc(count, sizeof(*probes), GFP_KERNEL);
	struct kprobe **found = kcalloc(count, sizeof(*found), GFP_KERNEL);
	int error = probes && found ? 0 : -ENOMEM;
	int n = 0;
	size_t i;

	for (i = 0; i < count && error != -ENOMEM; i++) {
		probes[i].symbol_name = symbols[i].name;
		probes[i].flags = KPROBE_FLAG_DISABLED;
		error = register_kprobe(&probes[i]);
		symbols[i].address = NULL;
		if (error)
			continue;
		found[n++] = &probes[i];
		if (symbol_is_kernels(symbols[i].name, probes[i].addr))
			symbols[i].address = function_at(probes[i].addr);
	}
	if (n)
		unregister_kprobes(found, n);
	kfree(found);
	kfree(probes);
	return error == -ENOMEM ? error : 0;
}

#else

int symbols_find(struct unexported_symbol *symbols, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		symbols[i].address = NULL;
	return 0;
}

#endif
