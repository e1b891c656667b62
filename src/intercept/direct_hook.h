/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: ftrace direct calls of kernel functions. */
#ifndef SYSVIPC_SRC_INTERCEPT_DIRECT_HOOK_H
#define SYSVIPC_SRC_INTERCEPT_DIRECT_HOOK_H

#include <kapi/types.h>

struct direct_hook;

/* A function, given by name on kernels without kprobes, by address on all others. */
struct direct_target {
	const char *symbol;
	unsigned long address; /* 0: unknown */
	int error; /* the result: -ENOENT: unknown, or cannot be traced; else 0 */
};

/*
 * Makes calls of those of the @count functions that ftrace can trace enter @landing; one ftrace_ops for all.
 * direct_hook_detach() undoes *@hook.  -ENOENT: ftrace can trace none; -EBUSY: another user has redirected
 * one; -ENODEV: ftrace has shut down; -EOPNOTSUPP: the kernel has no direct calls; -ENOMEM.  On failure, no
 * function enters @landing, unless intercept_stuck() names one.  Sleeps.
 */
int direct_hook_attach(struct direct_target *targets, kapi_u32 count, void (*landing)(void),
		       struct direct_hook **hook);
/*
 * On return no call enters the landing, and all tasks that had entered it have blocked voluntarily or run in
 * user space, unless intercept_stuck() names a function.  Sleeps.
 */
void direct_hook_detach(struct direct_hook *hook);

#endif
