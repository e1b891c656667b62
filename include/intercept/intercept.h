/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: makes calls of kernel functions enter our code.
 * Kernel source: <linux/ftrace.h>, <linux/kprobes.h>, <linux/tracepoint.h>.
 */
#ifndef SYSVIPC_INTERCEPT_INTERCEPT_H
#define SYSVIPC_INTERCEPT_INTERCEPT_H

#include <kapi/types.h>

KAPI_BEGIN

struct direct_hook;
struct kapi_regs;
struct probe_hook;
struct tracepoint;

/* One function, or one tracepoint. */
struct intercept_row {
	const char *symbol;
	/*
	 * Entered by an ftrace direct call, with two return addresses, into the function and into
	 * its caller: assembly (landings.S of each architecture).  NULL: a tracepoint.
	 */
	void (*landing)(void);
	/*
	 * Entered in place of the function, from a kprobe: stack and registers are those of the function's
	 * entry.  NULL: no probe is used.
	 */
	void (*landing_in_place)(void);
	/*
	 * A probe's filter: true: divert this call.  Runs as in an NMI, so it takes no lock.  NULL: divert
	 * all calls.
	 */
	bool (*is_wanted)(const struct kapi_regs *registers) KAPI_NOEXCEPT;
	/*
	 * Holds the function's address for the landings: the shared landing compares it with the return
	 * address, landings in place continue there; 0: unknown.  NULL: a tracepoint.
	 */
	unsigned long *place;
	/* Holds the function that a tracepoint calls, which has the tracepoint's type.  NULL: no tracepoint. */
	void *const *notice;
	bool is_optional;
	/* The feature lost without it, for reports. */
	const char *loss;
};

/* Bits. */
enum intercept_by {
	INTERCEPT_BY_DIRECT_CALL = 1,
	INTERCEPT_BY_KPROBE = 2, /* effective only while kprobes are switched on */
	INTERCEPT_BY_TRACEPOINT = 4,
};

/* The result for one row. */
struct intercept_result {
	int error; /* 0: intercepted */
	unsigned int by; /* enum intercept_by; 0: not intercepted */
	struct direct_hook *own_hook; /* NULL: none, or it shares one */
	struct tracepoint *tracepoint;
};

struct intercept_group {
	const struct intercept_row *rows;
	struct intercept_result *results; /* one per row, initially 0 */
	kapi_u32 count;
	/*
	 * Shared by all: distinguishes functions by their places; all places that it does not find belong to
	 * the rows whose own landing is @common_landing.
	 */
	void (*landing)(void);
	void (*common_landing)(void);
	unsigned char
		*marks; /* MARK_COUNT of them, initially 0, for the shared landing (places.h) */
	/* The address of the trial function; entered from there, the shared landing sets *@trial_hit. */
	unsigned long *trial_place;
	bool *trial_hit;
	struct direct_hook *shared_hook;
	struct probe_hook *probes;
	bool is_proven; /* ftrace was seen to work, and can no longer be switched off */
};

/*
 * Intercepts the rows of @group.  Optional ones that cannot be intercepted have the error in
 * their result.  @allowed: bits of enum intercept_by; direct calls come first, kprobes serve
 * kernels without them and functions that ftrace cannot trace, tracepoints only rows that are one.
 *
 * Fails if a row that is not optional cannot be intercepted; *@failed is its symbol, or NULL if the
 * error concerns no single row.  The caller must call intercept_end() then, too, as some functions may
 * be intercepted.  -ENOENT: no such function or tracepoint, or it cannot be traced; -EBUSY: another
 * user has redirected it; -EOPNOTSUPP: the kernel has none of the allowed means; -ENODEV: ftrace has
 * shut down; -ENOMEM, for any of them.  Sleeps.
 */
int intercept_start(struct intercept_group *group, unsigned int allowed, const char **failed);
/*
 * Restores the functions, except those that cannot be (intercept_stuck()).  Then waits until all tasks
 * that had entered a landing have blocked voluntarily or run in user space, and until no tracepoint's
 * function runs.  Sleeps.
 */
void intercept_end(struct intercept_group *group);

KAPI_END

#endif
