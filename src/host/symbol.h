/* SPDX-License-Identifier: GPL-2.0 */
/* Look-up of kernel functions that are not exported. */
#ifndef SYSVIPC_SRC_HOST_SYMBOL_H
#define SYSVIPC_SRC_HOST_SYMBOL_H

#include <linux/types.h>

/*
 * Where the CPU tracks indirect branches, the kernel seals functions against them that it only ever calls
 * directly.  So none of these is to be called through a pointer: by a static call only.
 */
struct unexported_symbol {
	const char *name;
	void *address; /* NULL: there is none */
};

/* Sets the addresses, which lie in the kernel itself.  -ENOMEM; sleeps. */
int symbols_find(struct unexported_symbol *symbols, size_t count);

/* Whether what was found by @name, at @address, is the kernel's own, and not a module's of that name. */
bool symbol_is_kernels(const char *name, const void *address);

#endif
