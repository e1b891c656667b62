/* SPDX-License-Identifier: GPL-2.0 */
/* Look-up of kernel functions that are not exported. */
#ifndef SYSVIPC_SRC_HOST_SYMBOL_H
#define SYSVIPC_SRC_HOST_SYMBOL_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "../kapi/sealed.h"

/*
 * Where the targets of jumps are checked, the kernel seals functions that it only calls directly.  So none of
 * these may be called through a pointer: only by a static call.
 */
struct unexported_symbol {
	const char *name;
	void *address; /* NULL: not found */
};

/*
 * Defines the static call found_NAME of the type of the function @name, whose parameters follow: until it is
 * updated, it returns 0, or does nothing.  Where the kernel does not patch static calls, they are
 * calls through a pointer, which kernels may check against the type of what it points to.
 */
#ifdef CONFIG_HAVE_STATIC_CALL
#define DEFINE_FOUND(result, name, ...) DEFINE_STATIC_CALL_RET0(found_##name, name)
#define DEFINE_FOUND_VOID(name, ...) DEFINE_STATIC_CALL_NULL(found_##name, name)
#else
#define DEFINE_FOUND(result, name, ...)                                                            \
	static result not_found_##name(__VA_ARGS__)                                                \
	{                                                                                          \
		return (result)0;                                                                  \
	}                                                                                          \
	SEALED_STATIC_CALL(found_##name)                                                           \
	DEFINE_STATIC_CALL(found_##name, not_found_##name)
#define DEFINE_FOUND_VOID(name, ...)                                                               \
	static void not_found_##name(__VA_ARGS__)                                                  \
	{                                                                                          \
	}                                                                                          \
	SEALED_STATIC_CALL(found_##name)                                                           \
	DEFINE_STATIC_CALL(found_##name, not_found_##name)
#endif

/* Sets the addresses of symbols in the kernel itself.  -ENOMEM; sleeps. */
int symbols_find(struct unexported_symbol *symbols, size_t count);

/* The address of one; NULL: not found.  Without any help of unlisted.c.  Sleeps. */
void *symbol_find_alone(const char *name);

/*
 * Whether @address, found by @name, is in the kernel itself, and not in a module; if so, *@offset is how
 * far behind the beginning of the function.
 */
bool symbol_is_kernels(const char *name, const void *address, unsigned long *offset);

#endif
