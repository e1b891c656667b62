/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: functions of the kernel that are made to call us (watch.c, leaving.c; watch_x86_64.S).
 */
#ifndef SYSVIPC_SRC_KAPI_WATCHED_H
#define SYSVIPC_SRC_KAPI_WATCHED_H

#include "diversion.h"
#include <kapi/watch.h>

/* Called by assembly: link-time optimisation must leave them. */
#define ENTRY_POINT __attribute__((__externally_visible__))

/* Assembly: where functions land that ftrace has call us, and those from which a kprobe sends us. */
#define LANDING(function)                                                                          \
	void sysvipc_enter_##function(void);                                                       \
	void sysvipc_enter_##function##_in_place(void)

/* A function of the kernel, or several calls with one trampoline: each costs a grace period when it goes. */
struct watched_function {
	const char *symbols[4]; /* NULL: no more */
	void (*trampoline)(void);
	void (*trampoline_in_place)(void);
	diversion_filter *is_wanted; /* by which a kprobe sends us only what we shall take */
	struct kapi_hook *hook;
	struct kapi_probe_hook *probe_hook;
};

/* Whom the functions call. */
extern const struct kapi_task_watch *task_watch;

/* As kapi_watch_start(), for one function; *@failed_symbol is set whatever comes of it.  Sleeps. */
int watched_attach(struct watched_function *function, unsigned int means,
		   const char **failed_symbol);
void watched_detach(struct watched_function *function);

static inline bool watched_is_by_probe(const struct watched_function *function)
{
	return function->probe_hook != NULL;
}

/*
 * Who goes around a function may wait in it for user space, and pins the module meanwhile.  False: this call
 * goes unobserved.
 */
bool watched_pin(void);
void watched_unpin(void);

/* Has a function that we are around do what it has still to do, from @rest on. */
long watched_call_rest(long first, long second, long third, long fourth, unsigned long rest);
/* Whether it is such a call that a probe has met. */
bool watched_is_rest(const struct pt_regs *regs);

/* unshare(2) and setns(2). */
int leaving_watch_start(unsigned int means, const char **failed);
void leaving_watch_stop(void);
bool leaving_watch_is_by_probes(void);

#endif
