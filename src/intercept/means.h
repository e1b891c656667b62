/* SPDX-License-Identifier: GPL-2.0 */
/* intercept: the means of interception, each in a file of its own. */
#ifndef SYSVIPC_SRC_INTERCEPT_MEANS_H
#define SYSVIPC_SRC_INTERCEPT_MEANS_H

#include <intercept/intercept.h>

struct intercept_means {
	enum intercept_by by;
	/*
	 * Intercepts those rows of @group that no earlier means has intercepted and that this one can;
	 * sets their results.  A row that fails is no error, except -EBUSY of one that is not optional,
	 * then *@failed; -ENOMEM; -ENODEV.  Sleeps.
	 */
	int (*attach)(struct intercept_group *group, const char **failed);
	/*
	 * Undoes that; no-op if there is nothing to undo.  Tasks in landings may still be there if the
	 * means before this one in the table is in use, as its detach() waits for these, too.  Sleeps.
	 */
	void (*detach)(struct intercept_group *group);
};

extern const struct intercept_means direct_call_means;
extern const struct intercept_means kprobe_means;
extern const struct intercept_means tracepoint_means;

/* True if a row of @group has a direct call. */
bool has_direct_calls(const struct intercept_group *group);

#endif
