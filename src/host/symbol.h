/* SPDX-License-Identifier: GPL-2.0 */
/* Look-up of kernel functions that are not exported. */
#ifndef SYSVIPC_SRC_HOST_SYMBOL_H
#define SYSVIPC_SRC_HOST_SYMBOL_H

#include <linux/types.h>

/*
 * Where the targets of jumps are checked, the kernel seals functions that it only calls directly.  So none of these may be called
 * through a pointer: only by a static call.
 */
struct unexported_symbol {
	const char *name;
	void *address; /* NULL: not found */
};

/* Sets the addresses of symbols in the kernel itself.  -ENOMEM; sleeps. */
int symbols_find(struct unexported_symbol *symbols, size_t count);

/*
 * Whether @address, found by @name, is in the kernel itself, and not in a module; if so, *@offset is how
 * far behind the beginning of the function.
 */
bool symbol_is_kernels(const char *name, const void *address, unsigned long *offset);

#endif
