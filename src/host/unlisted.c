// SPDX-License-Identifier: GPL-2.0
/* host: looks up functions that this kernel does not export (contracts: include/host/unlisted.h). */
#include "../kapi/unlisted.h"
#include "symbol.h"
#include <host/unlisted.h>

#ifdef EXPORTS_ARE_LISTED

/* No static call is used before the functions are found. */
#define DEFINE_UNLISTED(name) DEFINE_STATIC_CALL_NULL(found_##name, name);
UNLISTED_FUNCTIONS(DEFINE_UNLISTED)

#define SYMBOL(name) { #name },
static struct unexported_symbol symbols[] = { UNLISTED_FUNCTIONS(SYMBOL) };

static const char *first_missing(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(symbols); i++)
		if (!symbols[i].address)
			return symbols[i].name;
	return NULL;
}

int host_unlisted_find(const char **missing)
{
	const struct unexported_symbol *symbol = symbols;
	int error;

	/* Finds unregister_kprobes() by one probe; it removes the probes of all others with one grace period. */
	symbols->address = symbol_find_alone(symbols->name);
	if (!symbols->address) {
		*missing = symbols->name;
		return -ENOENT;
	}
	static_call_update(found_unregister_kprobes, (typeof(&unregister_kprobes))symbols->address);
	error = symbols_find(symbols + 1, ARRAY_SIZE(symbols) - 1);
	if (error)
		return error;
	*missing = first_missing();
	if (*missing)
		return -ENOENT;
#define USE(name) static_call_update(found_##name, (typeof(&name))(symbol++)->address);
	UNLISTED_FUNCTIONS(USE)
	return 0;
}

#else

int host_unlisted_find(const char **missing)
{
	return 0;
}

#endif
