// SPDX-License-Identifier: GPL-2.0
/*
 * Look-up of kernel functions that are not exported (contracts: symbol.h).  Registering a kprobe by name
 * yields the address; the probes are never armed.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../kapi/unlisted.h"
#include "symbol.h"

/*
 * The kernel describes an address as "name+0x4/0x40", followed by the address's module, if any: " [sysvipc]".
 */
bool symbol_is_kernels(const char *name, const void *address, unsigned long *offset)
{
	char text[KSYM_SYMBOL_LEN];

	sprint_symbol(text, (unsigned long)address);
	return str_has_prefix(text, name) && sscanf(text + strlen(name), "+0x%lx/", offset) == 1 &&
	       !strchr(text, '[');
}

#ifdef CONFIG_KPROBES

/* The kernel may place a probe after the instruction that marks the target of an indirect call. */
static void *function_at(const char *name, void *probed)
{
	unsigned long offset;

	return symbol_is_kernels(name, probed, &offset) ? probed - offset : NULL;
}

void *symbol_find_alone(const char *name)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	void *address;

	if (register_kprobe(&probe))
		return NULL;
	address = function_at(name, probe.addr);
	unregister_kprobe(&probe);
	return address;
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
		symbols[i].address = function_at(symbols[i].name, probes[i].addr);
	}
	if (n)
		UNLISTED(unregister_kprobes)(found, n);
	kfree(found);
	kfree(probes);
	return error == -ENOMEM ? error : 0;
}

#else

void *symbol_find_alone(const char *name)
{
	return NULL;
}

int symbols_find(struct unexported_symbol *symbols, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		symbols[i].address = NULL;
	return 0;
}

#endif
