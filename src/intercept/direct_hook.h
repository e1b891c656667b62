/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: ftrace direct calls of functions by address (hook.c; include/intercept/hook.h: by name). */
#ifndef SYSVIPC_SRC_INTERCEPT_DIRECT_HOOK_H
#define SYSVIPC_SRC_INTERCEPT_DIRECT_HOOK_H

#include <intercept/hook.h>

/*
 * Calls of the functions at @addresses enter @trampoline, but for those that ftrace does not know, or that are
 * NULL: their @errors are set to -ENOENT, those of the others to 0.  @name is for reports.  *@hook is to be
 * undone by intercept_hook_detach().  -ENOENT: none is left; -EBUSY: one of them has a direct call already, or what
 * else is against it; -ENODEV: ftrace has given up; -EOPNOTSUPP; -ENOMEM.  Sleeps.
 */
int direct_hook_attach(const unsigned long *addresses, int *errors, kapi_u32 count,
		       void *trampoline, const char *name, struct kapi_hook **hook);

#endif
