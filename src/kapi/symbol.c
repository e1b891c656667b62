// SPDX-License-Identifier: GPL-2.0
/* Functions of the kernel that it does not export (contracts: symbol.h): a kprobe finds them. */
#include <linux/kprobes.h>
#include <linux/version.h>
#ifdef CONFIG_X86
#include <asm/ibt.h>
#endif

#include "symbol.h"

#ifdef CONFIG_KPROBES
void *symbol_address(const char *name)
{
	struct kprobe probe = { .symbol_name = name };
	void *address;

	if (register_kprobe(&probe))
		return NULL;
	address = probe.addr;
	unregister_kprobe(&probe);
#ifdef CONFIG_X86
	/* A probe stands behind the landing mark of indirect branches. */
	if (is_endbr(*(u32 *)(address - 4)))
		address -= 4;
#endif
	return address;
}
#else
void *symbol_address(const char *name)
{
	return NULL;
}
#endif
