/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: ftrace direct calls of functions by address (hook.c; include/intercept/hook.h: by name). */
#ifndef SYSVIPC_SRC_INTERCEPT_DIRECT_HOOK_H
#define SYSVIPC_SRC_INTERCEPT_DIRECT_HOOK_H

#include <intercept/hook.h>

/*
 * Makes calls of the functions at @addresses enter @trampoline, except those that are NULL or
 * unknown to ftrace: their @errors are set to -ENOENT, the others' to 0.  @name is for reports.
 * intercept_hook_detach() undoes *@hook.  -ENOENT: none is left; -EBUSY: another user has
 * redirected one; -ENODEV: ftrace has shut down; -EOPNOTSUPP; -ENOMEM.  Sleeps.
 */
int direct_hook_attach(const unsigned long *addresses, int *errors, kapi_u32 count,
		       void *trampoline, const char *name, struct kapi_hook **hook);

#endif
