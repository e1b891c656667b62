/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: intercept kernel functions: make their calls enter our code.
 * Kernel source: <linux/ftrace.h>, <linux/kprobes.h>.
 */
#ifndef SYSVIPC_INTERCEPT_INTERCEPT_H
#define SYSVIPC_INTERCEPT_INTERCEPT_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_regs;
struct kapi_hook;
struct kapi_probe_hook;

/* One function. */
struct kapi_interception {
	const char *symbol;
	/*
	 * Entered by an ftrace direct call, with two return addresses, into the function and into
	 * its caller: assembly (landings.S of each architecture).
	 */
	void (*landing)(void);
	/*
	 * Entered in place of the function, from a kprobe: stack and registers are as the caller left
	 * them.  NULL: no probe is used.
	 */
	void (*landing_in_place)(void);
	/*
	 * A probe's filter: whether to divert this call.  Runs as in an NMI: it takes no lock.  NULL:
	 * divert all calls.
	 */
	bool (*is_wanted)(const struct kapi_regs *registers) KAPI_NOEXCEPT;
	/*
	 * Holds the function's address for the landings: the shared one finds out by it where it
	 * was entered, those in place continue there; 0: unknown.
	 */
	unsigned long *place;
	bool is_optional;
	/* What is lost without it, for reports. */
	const char *loss;
};

/* The result for one function. */
struct kapi_intercepted {
	int error; /* 0: intercepted */
	bool by_probe; /* effective only while kprobes are switched on */
	struct kapi_hook *own_hook; /* NULL: none, or it shares one */
};

struct kapi_interception_group {
	const struct kapi_interception *rows;
	struct kapi_intercepted *states; /* one per row, initially 0 */
	kapi_u32 count;
	/*
	 * Shared by all: distinguishes functions by their places, and takes those for the rest whose own
	 * landing is @common_landing.
	 */
	void (*landing)(void);
	void (*common_landing)(void);
	unsigned char
		*marks; /* MARK_COUNT of them, initially 0, for the shared landing (places.h) */
	/* Holds the address of the trial function; entered from there, the shared landing sets the other. */
	unsigned long *trial_place;
	bool *trial_hit;
	struct kapi_hook *shared_hook;
	struct kapi_probe_hook *probes;
};

enum kapi_intercept_means {
	KAPI_BY_DIRECT_CALLS = 1,
	KAPI_BY_KPROBES = 2,
};

/*
 * Intercepts the functions of @group.  Optional ones that cannot be intercepted have the error in
 * their state.  @means: any of enum kapi_intercept_means; direct calls come first, kprobes serve
 * kernels without them and functions that ftrace cannot trace.  The functions share one ftrace_ops,
 * as removing each costs a grace period.  If another user has redirected several of them, or one
 * that is not optional, only successive functions with the same landing do.
 * *@is_proven: ftrace was seen to work, and can no longer be switched off.
 *
 * Fails if one that is not optional cannot be intercepted; *@failed is its symbol, or the first one's
 * of those that share its landing, or NULL if the error concerns no function.  The caller has to end
 * it then, too, as some may be intercepted.  -ENOENT: no such function, or it cannot be traced;
 * -EBUSY: another user has redirected it; -EOPNOTSUPP: the kernel has none of these means; -ENODEV:
 * ftrace has shut down; -ENOMEM, for any of them.  Sleeps.
 */
int intercept_start(struct kapi_interception_group *group, unsigned int means, const char **failed,
		    bool *is_proven);
/*
 * Restores the functions, unless intercept_stuck() says otherwise.  Then waits until all tasks that
 * had entered a landing have blocked voluntarily or run in user space.  Sleeps.
 */
void intercept_end(struct kapi_interception_group *group);

KAPI_END

#endif
