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
	 * Entered by an ftrace direct call: the return address into the function is on top of the stack, the one
	 * into its caller above it.
	 */
	void (*landing)(void);
	/*
	 * Entered in place of the function, from a kprobe: the stack is as the function's caller left it.  NULL: a
	 * probe diverts no call, and may do no more than run its filter.
	 */
	void (*landing_in_place)(void);
	/*
	 * A probe's filter: which calls it diverts.  Runs with preemption disabled.  NULL: all, or, without a
	 * landing in place: a probe will not do.
	 */
	bool (*is_wanted)(const struct kapi_regs *registers) KAPI_NOEXCEPT;
	/*
	 * Where the landings look up the function's address, by which the shared one tells from where it was
	 * entered, and those in place go on into the function; 0: it is not known.
	 */
	unsigned long *place;
	bool is_optional;
	/* What is lost without it: for reports. */
	const char *loss;
};

/* What came of one. */
struct kapi_intercepted {
	int error; /* 0: it is intercepted */
	bool by_probe; /* only while kprobes are switched on */
	struct kapi_hook *own_hook; /* NULL: it has none, or shares one */
};

struct kapi_interception_group {
	const struct kapi_interception *rows;
	struct kapi_intercepted *states; /* one for each row, zeros at first */
	kapi_u32 count;
	void (*landing)(void); /* shared: tells functions apart by their places */
	/* The shared landing sets it to 0 when it is entered from the function whose address it is. */
	unsigned long *trial_place;
	struct kapi_hook *shared_hook;
	struct kapi_probe_hook *probes;
};

enum kapi_intercept_means {
	KAPI_BY_DIRECT_CALLS = 1,
	KAPI_BY_KPROBES = 2,
};

/*
 * Intercepts all of @group, but for those that are optional and cannot be: their states have the error.
 * @means: of enum kapi_intercept_means, any; direct calls are tried first, and kprobes where the kernel has none,
 * or does not know the function as one that can be traced.  The functions
 * share one user of ftrace, as each costs a grace period when it goes, unless somebody else has one of them.
 * *@is_proven: ftrace was seen to do what it was asked for, and nobody can switch it off any more.
 *
 * When one that is not optional cannot be intercepted none is, and *@failed is its symbol, NULL where it is none of theirs.  -ENOENT: the
 * kernel has no such function, or lets nobody trace it; -EBUSY: somebody else has taken it; -EOPNOTSUPP: the
 * kernel has none of these means; -ENODEV: ftrace has given up; -ENOMEM, for any of them.  Sleeps.
 */
int intercept_start(struct kapi_interception_group *group, unsigned int means, const char **failed,
		    bool *is_proven);
/*
 * The functions are as before, unless intercept_stuck() tells otherwise; tasks that are inside are not waited for.
 * Sleeps.
 */
void intercept_end(struct kapi_interception_group *group);

KAPI_END

#endif
