// SPDX-License-Identifier: GPL-2.0
/* intercept: redirect kernel functions by ftrace direct calls (contracts: direct_hook.h). */
#include <linux/bug.h>
#include <linux/ftrace.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>

#include "../kapi/unlisted.h"
#include "direct_hook.h"
#include <intercept/armed.h>

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS

struct direct_hook {
	struct ftrace_ops ops;
	unsigned long landing;
	const char *name; /* of the first function */
};

/* 6.5 renamed the ftrace_ops variant to the plain name; unregistering frees the filter, too. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static int direct_register(struct direct_hook *hook)
{
	return register_ftrace_direct_multi(&hook->ops, hook->landing);
}

static int direct_unregister(struct direct_hook *hook)
{
	int error = unregister_ftrace_direct_multi(&hook->ops, hook->landing);

	if (!error)
		ftrace_free_filter(&hook->ops);
	return error;
}
#else
static int direct_register(struct direct_hook *hook)
{
	return register_ftrace_direct(&hook->ops, hook->landing);
}

static int direct_unregister(struct direct_hook *hook)
{
	return unregister_ftrace_direct(&hook->ops, hook->landing, true);
}
#endif

/* By address: comparing a name with those of all functions takes longer than the rest of loading. */
static int add_to_filter(struct ftrace_ops *ops, const struct direct_target *target, bool is_first)
{
	if (target->address)
		return ftrace_set_filter_ip(ops, target->address, 0, is_first);
	if (IS_ENABLED(CONFIG_KPROBES)) /* the lookup of addresses needs kprobes */
		return -ENOENT;
	return ftrace_set_filter(ops, (unsigned char *)target->symbol, strlen(target->symbol),
				 is_first);
}

/* -ENOENT: none can be traced. */
static int set_filter(struct ftrace_ops *ops, struct direct_target *targets, kapi_u32 count)
{
	bool is_empty = true;
	kapi_u32 i;

	for (i = 0; i < count; i++) {
		int error = add_to_filter(ops, &targets[i], is_empty);

		if (error == -ENOMEM || error == -ENODEV)
			return error;
		targets[i].error = error == -EINVAL ? -ENOENT : error; /* not traceable */
		is_empty &= error != 0;
	}
	return is_empty ? -ENOENT : 0; /* an empty filter matches all functions */
}

static void discard(struct direct_hook *hook)
{
	ftrace_free_filter(&hook->ops);
	kfree(hook);
}

/* One ftrace_ops for all: its removal costs one grace period for any number of functions. */
int direct_hook_attach(struct direct_target *targets, kapi_u32 count, void (*landing)(void),
		       struct direct_hook **result)
{
	struct direct_hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL);
	int error;

	if (!hook)
		return -ENOMEM;
	hook->landing = (unsigned long)landing;
	hook->name = targets[0].symbol;
	error = set_filter(&hook->ops, targets, count);
	if (error) {
		discard(hook);
		return error;
	}
	error = direct_register(hook);
	if (error == -ENODEV) { /* ftrace has shut down meanwhile: calls may enter @landing */
		intercept_note_stuck(hook->name);
		return error;
	}
	if (error) {
		synchronize_rcu(); /* a tracer may have seen it in ftrace's list */
		discard(hook);
		return error;
	}
	/* Prevents switching ftrace off until the hook is removed. */
	hook->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	*result = hook;
	return 0;
}

/*
 * If ftrace has shut down, an attempt would remove half of the state that calls still need.  If it shuts
 * down during the attempt, as at a function that another user has changed, it reports success.
 * Before ftrace frees the code that it generates for a dynamic ftrace_ops, it waits until no task can be
 * preempted in that code, or in a landing called by it (ftrace_shutdown() in kernel/trace/ftrace.c).
 */
void direct_hook_detach(struct direct_hook *hook)
{
	const bool waits = hook->ops.flags & FTRACE_OPS_FL_DYNAMIC;

	if (intercept_ftrace_is_dead() || direct_unregister(hook) || intercept_ftrace_is_dead()) {
		intercept_note_stuck(hook->name);
		return;
	}
	if (WARN_ON_ONCE(!waits))
		WAIT_FOR_RCU_TASKS();
	kfree(hook);
}

#else /* no direct calls */

int direct_hook_attach(struct direct_target *targets, kapi_u32 count, void (*landing)(void),
		       struct direct_hook **result)
{
	return -EOPNOTSUPP;
}

void direct_hook_detach(struct direct_hook *hook)
{
}

#endif
