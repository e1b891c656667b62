/* SPDX-License-Identifier: GPL-2.0 */
/* Look-up of kernel functions that are not exported. */
#ifndef SYSVIPC_SRC_HOST_SYMBOL_H
#define SYSVIPC_SRC_HOST_SYMBOL_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "../kapi/sealed.h"

/*
 * Kernels that check the targets of jumps seal functions that they only call directly.  So call these only by
 * static calls, never through a pointer.
 */
struct unexported_symbol {
	const char *name;
	void *address; /* NULL: not found */
};

/*
 * Defines the static call found_NAME of the type of the function @name, whose parameters follow.  Before it is
 * updated, it returns 0, or does nothing.  On kernels that do not patch static calls, they are calls through a
 * pointer, which the kernel may check against the type of the function.
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

/* The address of one symbol; NULL: not found.  Does not need unlisted.c.  Sleeps. */
void *symbol_find_alone(const char *name);

/*
 * True if @address, found by @name, is in the kernel itself, not in a module; *@offset is then its distance
 * from the beginning of the function.
 */
bool symbol_is_kernels(const char *name, const void *address, unsigned long *offset);

#endif
