// SPDX-License-Identifier: GPL-2.0
/*
 * intercept: ftrace direct calls as a means (contracts: means.h).
 *
 * All functions share one landing and one ftrace_ops, as removing each ftrace_ops costs a grace period.  The
 * landing needs the functions' addresses.  If these are unknown, or another user has redirected several functions
 * or one that is not optional, successive rows with the same landing share one instead.
 */
#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "direct_hook.h"
#include "means.h"
#include "../kapi/unlisted.h"
#include <intercept/armed.h>
#include <intercept/places.h>

/* Assembly, nowhere.S of each architecture: a landing that only continues the function. */
void sysvipc_enter_nowhere(void);

/* 0: unknown, or a tracepoint. */
static unsigned long place_of(const struct intercept_row *row)
{
	return row->landing ? *row->place : 0;
}

static void mark(unsigned char *marks, unsigned long function)
{
	/* objtool rejects a constant address in the middle of our trial function. */
	OPTIMIZER_HIDE_VAR(function);
	marks[(function >> MARK_SHIFT) % MARK_COUNT] = 1;
	marks[((function + LONGEST_ENTRY) >> MARK_SHIFT) % MARK_COUNT] = 1;
}

/* Marks all rows without the common landing.  Call before any function is intercepted. */
static void mark_places(const struct intercept_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		const unsigned long place = place_of(&group->rows[i]);

		if (place && group->rows[i].landing != group->common_landing)
			mark(group->marks, place);
	}
	mark(group->marks, intercept_trial_address());
}

/* True if a return address into one function could match a function with another landing. */
static bool are_too_close(const struct intercept_group *group)
{
	kapi_u32 i, k;

	for (i = 0; i < group->count; i++)
		for (k = 0; k < group->count; k++) {
			const unsigned long first = place_of(&group->rows[i]);
			const unsigned long second = place_of(&group->rows[k]);

			if (group->rows[i].landing != group->rows[k].landing && first && second &&
			    second - first < LONGEST_ENTRY)
				return true;
		}
	return false;
}

static bool has_a_place(const struct intercept_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		if (place_of(&group->rows[i]))
			return true;
	return false;
}

/* Checks that ftrace works: a call of the trial function enters the landing. */
static bool is_tried(const struct intercept_group *group)
{
	intercept_ftrace_settle();
	WRITE_ONCE(*group->trial_hit, false);
	intercept_trial_call();
	return READ_ONCE(*group->trial_hit);
}

static void set_result(struct intercept_result *result, int error)
{
	result->error = error;
	result->by = error ? 0 : INTERCEPT_BY_DIRECT_CALL;
}

/* Intercepts @count rows from @first on, except row @without; @is_tried_too: also the trial function. */
static int hook_rows(struct intercept_group *group, kapi_u32 first, kapi_u32 count,
		     kapi_u32 without, void (*landing)(void), bool is_tried_too,
		     struct direct_hook **hook)
{
	struct direct_target *targets = kcalloc(count + 1, sizeof(*targets), GFP_KERNEL);
	kapi_u32 i, used = 0;
	int error;

	if (!targets)
		return -ENOMEM;
	for (i = first; i < first + count; i++)
		if (i != without && group->rows[i].landing)
			targets[used++] = (struct direct_target){
				.symbol = group->rows[i].symbol,
				.address = *group->rows[i].place,
			};
	if (is_tried_too)
		targets[used++].address = intercept_trial_address();
	error = direct_hook_attach(targets, used, landing, hook);
	used = 0;
	for (i = first; i < first + count; i++)
		if (group->rows[i].landing)
			set_result(&group->results[i],
				   i == without ? -EBUSY : error ?: targets[used++].error);
	kfree(targets);
	return error;
}

static int attach_all_but(struct intercept_group *group, kapi_u32 without)
{
	return hook_rows(group, 0, group->count, without, group->landing, true,
			 &group->shared_hook);
}

/*
 * If another user has redirected an optional function, all others are intercepted; each attempt to find that
 * function costs an RCU grace period.  -ENOENT: no address is known, or two functions are too close; -EBUSY:
 * another user has redirected several, or one that is not optional.
 */
static int attach_together(struct intercept_group *group)
{
	kapi_u32 i;
	int error;

	if (!has_a_place(group) || are_too_close(group))
		return -ENOENT;
	mark_places(group);
	WRITE_ONCE(*group->trial_place, intercept_trial_address());
	/*
	 * Makes the places and marks visible on all CPUs before the kernel's code changes: the kernel may
	 * publish a changed call through data only, and the landing reads them without a barrier.
	 */
	UNLISTED(kick_all_cpus_sync)();
	error = attach_all_but(group, group->count);
	for (i = 0; i < group->count && error == -EBUSY; i++)
		if (group->rows[i].is_optional)
			error = attach_all_but(group, i);
	if (!error)
		group->is_proven = is_tried(group);
	return error;
}

static int attach_rows(struct intercept_group *group, kapi_u32 first, kapi_u32 count)
{
	return hook_rows(group, first, count, group->count, group->rows[first].landing, false,
			 &group->results[first].own_hook);
}

static void detach_rows(struct intercept_group *group, kapi_u32 first)
{
	if (!group->results[first].own_hook)
		return;
	direct_hook_detach(group->results[first].own_hook);
	group->results[first].own_hook = NULL;
}

static kapi_u32 same_landing(const struct intercept_group *group, kapi_u32 first)
{
	kapi_u32 count = 1;

	while (first + count < group->count &&
	       group->rows[first + count].landing == group->rows[first].landing)
		count++;
	return count;
}

/* If another user has redirected one of several optional functions, the others are still intercepted. */
static int attach_with_same_landing(struct intercept_group *group, kapi_u32 first, kapi_u32 count)
{
	int error = attach_rows(group, first, count);
	kapi_u32 i;

	if (error != -EBUSY || count == 1 || !group->rows[first].is_optional)
		return error;
	for (i = 0; i < count && error != -ENOMEM; i++)
		error = attach_rows(group, first + i, 1);
	return error;
}

/* Redirects @count rows from @first on, without effect on their calls, and restores them: 0 or -errno. */
static int try_rows(struct intercept_group *group, kapi_u32 first, kapi_u32 count)
{
	struct direct_hook *hook;
	int error =
		hook_rows(group, first, count, group->count, sysvipc_enter_nowhere, false, &hook);

	if (!error)
		direct_hook_detach(hook);
	return error;
}

/*
 * Which of @count rows another user has redirected, by halves; NULL if that cannot be found out.  Each half that
 * can be redirected costs the grace period of its removal.
 */
static const char *redirected(struct intercept_group *group, kapi_u32 first, kapi_u32 count)
{
	while (count > 1) {
		const kapi_u32 half = count / 2;
		const int error = try_rows(group, first, half);

		if (error == -EBUSY) {
			count = half;
		} else if (!error ||
			   error == -ENOENT) { /* these can be redirected, or cannot be traced */
			first += half;
			count -= half;
		} else {
			return NULL;
		}
	}
	return try_rows(group, first, count) == -EBUSY ? group->rows[first].symbol : NULL;
}

/* For functions that cannot share a landing: each uses its own, which serves no other function. */
static int attach_apart(struct intercept_group *group, const char **failed)
{
	kapi_u32 first, count;

	for (first = 0; first < group->count; first += count) {
		int error;

		count = same_landing(group, first);
		if (!group->rows[first].landing)
			continue;
		error = attach_with_same_landing(group, first, count);
		if (error == -ENOMEM || error == -ENODEV)
			return error;
		if (error == -EBUSY && !group->rows[first].is_optional) {
			*failed = redirected(group, first, count);
			return error;
		}
	}
	return 0;
}

/* Rows that cannot have direct calls are no error. */
static int direct_call_attach(struct intercept_group *group, const char **failed)
{
	int error = attach_together(group);

	if (error == -EBUSY || error == -ENOENT)
		error = attach_apart(group, failed);
	return error == -EOPNOTSUPP ? 0 : error;
}

static void direct_call_detach(struct intercept_group *group)
{
	kapi_u32 i;

	for (i = group->count; i > 0; i--)
		detach_rows(group, i - 1);
	if (group->shared_hook)
		direct_hook_detach(group->shared_hook);
	group->shared_hook = NULL;
}

bool has_direct_calls(const struct intercept_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		if (group->results[i].own_hook)
			return true;
	return group->shared_hook;
}

const struct intercept_means direct_call_means = {
	.by = INTERCEPT_BY_DIRECT_CALL,
	.attach = direct_call_attach,
	.detach = direct_call_detach,
};
