// SPDX-License-Identifier: GPL-2.0
/* intercept: redirect kernel functions by ftrace direct calls (contracts: include/intercept/hook.h). */
#include <linux/ftrace.h>
#include <linux/slab.h>
#include <linux/version.h>

#include "direct_hook.h"
#include "../host/symbol.h"
#include <intercept/armed.h>
#include <intercept/hook.h>

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS

struct kapi_hook {
	struct ftrace_ops ops;
	unsigned long trampoline;
	const char *name; /* of the first function */
};

/* 6.5 gave the ftrace_ops variant the plain name; unregistering it frees the filter, too. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static int direct_register(struct kapi_hook *hook)
{
	return register_ftrace_direct_multi(&hook->ops, hook->trampoline);
}

static int direct_unregister(struct kapi_hook *hook)
{
	int error = unregister_ftrace_direct_multi(&hook->ops, hook->trampoline);

	if (!error)
		ftrace_free_filter(&hook->ops);
	return error;
}
#else
static int direct_register(struct kapi_hook *hook)
{
	return register_ftrace_direct(&hook->ops, hook->trampoline);
}

static int direct_unregister(struct kapi_hook *hook)
{
	return unregister_ftrace_direct(&hook->ops, hook->trampoline, true);
}
#endif

#ifdef CONFIG_KPROBES

/*
 * By address: comparing a name with those of all functions takes longer than all the rest of
 * loading, and a filter by name that ran out of memory reports success but lacks the function.
 */
static int set_filter(struct ftrace_ops *ops, const char *const *names, kapi_u32 count,
		      kapi_u32 *failed)
{
	struct unexported_symbol *symbols = kcalloc(count, sizeof(*symbols), GFP_KERNEL);
	unsigned long *addresses = kcalloc(count, sizeof(*addresses), GFP_KERNEL);
	int error = symbols && addresses ? 0 : -ENOMEM;
	kapi_u32 i;

	for (i = 0; i < count && !error; i++)
		symbols[i].name = names[i];
	if (!error)
		error = symbols_find(symbols, count);
	for (i = 0; i < count && !error; i++) {
		*failed = i;
		addresses[i] = (unsigned long)symbols[i].address;
		if (!addresses[i])
			error = -ENOENT;
	}
	if (!error)
		error = ftrace_set_filter_ips(ops, addresses, count, 0, 1);
	if (error == -EINVAL) { /* one of them cannot be traced */
		*failed = 0;
		while (*failed < count - 1 && !ftrace_set_filter_ip(ops, addresses[*failed], 0, 1))
			++*failed;
	}
	kfree(addresses);
	kfree(symbols);
	return error;
}

#else /* which tell addresses */

static int set_filter(struct ftrace_ops *ops, const char *const *names, kapi_u32 count,
		      kapi_u32 *failed)
{
	int error = 0;
	kapi_u32 i;

	for (i = 0; i < count && !error; i++) {
		*failed = i;
		error = ftrace_set_filter(ops, (unsigned char *)names[i], strlen(names[i]), !i);
	}
	return error;
}

#endif

static struct kapi_hook *new_hook(void *trampoline, const char *name)
{
	struct kapi_hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL);

	if (hook) {
		hook->trampoline = (unsigned long)trampoline;
		hook->name = name;
	}
	return hook;
}

static void discard(struct kapi_hook *hook)
{
	ftrace_free_filter(&hook->ops);
	kfree(hook);
}

/* Frees @hook on failure. */
static int start(struct kapi_hook *hook, struct kapi_hook **result)
{
	int error = direct_register(hook);

	if (error) {
		discard(hook);
		return error;
	}
	/* ftrace cannot be switched off until this is undone. */
	hook->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	*result = hook;
	return 0;
}

/* One ftrace_ops for all: undoing costs one grace period for any number of functions. */
int intercept_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
			  struct kapi_hook **result, kapi_u32 *failed)
{
	struct kapi_hook *hook = new_hook(trampoline, symbols[0]);
	int error;

	if (!hook)
		return -ENOMEM;
	error = set_filter(&hook->ops, symbols, count, failed);
	if (error) {
		discard(hook);
		return error == -EINVAL ? -ENOENT : error; /* it cannot be traced */
	}
	return start(hook, result);
}

int direct_hook_attach(const unsigned long *addresses, int *errors, kapi_u32 count,
		       void *trampoline, const char *name, struct kapi_hook **result)
{
	struct kapi_hook *hook = new_hook(trampoline, name);
	bool is_first = true;
	kapi_u32 i;

	if (!hook)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		errors[i] = -ENOENT;
		if (addresses[i])
			errors[i] = ftrace_set_filter_ip(&hook->ops, addresses[i], 0, is_first);
		if (errors[i] == -ENOMEM || errors[i] == -ENODEV) {
			discard(hook);
			return errors[i];
		}
		if (errors[i] == -EINVAL)
			errors[i] = -ENOENT;
		is_first &= errors[i] != 0;
	}
	if (is_first) { /* an empty filter matches all functions */
		discard(hook);
		return -ENOENT;
	}
	return start(hook, result);
}

/* If ftrace has shut down, trying would remove half of what it needs for calls that still come. */
void intercept_hook_detach(struct kapi_hook *hook)
{
	if (intercept_ftrace_is_dead() || direct_unregister(hook))
		intercept_note_stuck(hook->name);
	else
		kfree(hook);
}

#else /* no direct calls */

int intercept_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
			  struct kapi_hook **result, kapi_u32 *failed)
{
	return -EOPNOTSUPP;
}

int direct_hook_attach(const unsigned long *addresses, int *errors, kapi_u32 count,
		       void *trampoline, const char *name, struct kapi_hook **result)
{
	return -EOPNOTSUPP;
}

void intercept_hook_detach(struct kapi_hook *hook)
{
}

#endif
