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
 * Makes calls of the @count functions in @symbols enter @trampoline instead: all of them or none.
 * *@hook is the handle to undo it.  -ENOENT: symbols[*@failed] is not a traceable function; -EBUSY:
 * another user has redirected one; -EOPNOTSUPP: the kernel has no direct calls; -ENOMEM.  Sleeps.
 *
 * The function calls the trampoline: the return address into the function is on top of the stack.
 */
int intercept_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
			  struct kapi_hook **hook, kapi_u32 *failed);
/*
 * After this no new call enters the trampoline, unless intercept_stuck() says otherwise.  Does not
 * wait for tasks inside.  Sleeps.
 */
void intercept_hook_detach(struct kapi_hook *hook);

/* Where a probe diverts the calls of one function, and where to store that function's address. */
struct kapi_landing {
	void (*landing)(void);
	unsigned long *place;
};

/*
 * The same by kprobes.  -EBUSY: another user has redirected one of the functions; -EOPNOTSUPP: the
 * kernel has no kprobes.
 *
 * The trampoline, or the function's landing if @landings is not NULL, is entered in place of the
 * function, with the stack as the caller left it.  A landing may continue with the function
 * (sysvipc_go_on).
 */
int intercept_probe_hook_attach(const char *const *symbols, kapi_u32 count, void *trampoline,
				const struct kapi_landing *landings, struct kapi_probe_hook **hook,
				kapi_u32 *failed);
void intercept_probe_hook_detach(struct kapi_probe_hook *hook);

KAPI_END

#endif
