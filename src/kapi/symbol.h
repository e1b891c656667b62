/* SPDX-License-Identifier: GPL-2.0 */
/* Functions of the kernel that it does not export. */
#ifndef SYSVIPC_SRC_KAPI_SYMBOL_H
#define SYSVIPC_SRC_KAPI_SYMBOL_H

#include <linux/types.h>

struct unexported_symbol {
	const char *name;
	/* Not through a pointer. */
	bool is_called_directly;
	void *address; /* to be called; NULL: there is none, or the kernel does not let us */
};

/* Sets the addresses.  -ENOMEM; sleeps. */
int symbols_find(struct unexported_symbol *symbols, size_t count);

#endif
