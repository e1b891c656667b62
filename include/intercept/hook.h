/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: redirect kernel functions by ftrace direct calls or kprobes.
 * Kernel source: <linux/ftrace.h>, Documentation/trace/ftrace-uses.rst; <linux/kprobes.h>,
 * Documentation/trace/kprobes.rst.
 */
#ifndef SYSVIPC_INTERCEPT_HOOK_H
#define SYSVIPC_INTERCEPT_HOOK_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_regs;
struct kapi_hook;
struct kapi_probe_hook;

/*
 * From now on a call of any of the @count functions named in @symbols enters @trampoline instead, all
 * of them or none.  *@hook is the handle to undo it.  -ENOENT: no such traceable function, which
 * *@failed tells; -ENOMEM; -EBUSY: one has a direct call already; -EOPNOTSUPP: the kernel has no
 * direct calls; sleeps.
 *
 * The function calls the trampoline: the return address into it is on top of the stack.
 */
int intercept_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
			  struct kapi_hook **hook, kapi_u32 *failed);
/*
 * No new call enters the trampoline after, unless intercept_stuck() tells otherwise; tasks that are inside are not
 * waited for.  Sleeps.
 */
void intercept_hook_detach(struct kapi_hook *hook);

/* Where a probe sends a call of one function, and where that function is found to be. */
struct kapi_landing {
	void (*landing)(void);
	unsigned long *place;
};

/*
 * The same by kprobes.  -EBUSY: another probe changes the course of one of the functions;
 * -EOPNOTSUPP: the kernel has no kprobes.
 *
 * The trampoline, or the landing of the function if @landings is not NULL, is entered in place of the function,
 * with the stack as its caller left it.  A landing may go on into its function (sysvipc_go_on).
 */
int intercept_probe_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
				const struct kapi_landing *landings, struct kapi_probe_hook **hook,
				kapi_u32 *failed);
void intercept_probe_hook_detach(struct kapi_probe_hook *hook);

KAPI_END

#endif
