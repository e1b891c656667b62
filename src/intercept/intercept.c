// SPDX-License-Identifier: GPL-2.0
/* intercept: intercept functions of the kernel (contracts: include/intercept/intercept.h). */
#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "direct_hook.h"
#include "diversion.h"
#include "../host/symbol.h"
#include "../kapi/unlisted.h"
#include <intercept/armed.h>
#include <intercept/intercept.h>
#include <intercept/places.h>

/* Looks up the functions' addresses: 0 if there is none of that name, or the kernel hides it. */
static int find_places(const struct kapi_interception_group *group)
{
	struct unexported_symbol *symbols = kcalloc(group->count, sizeof(*symbols), GFP_KERNEL);
	int error;
	kapi_u32 i;

	if (!symbols)
		return -ENOMEM;
	for (i = 0; i < group->count; i++)
		symbols[i].name = group->rows[i].symbol;
	error = symbols_find(symbols, group->count);
	for (i = 0; i < group->count; i++)
		WRITE_ONCE(*group->rows[i].place, (unsigned long)symbols[i].address);
	kfree(symbols);
	return error;
}

static void mark(unsigned char *marks, unsigned long function)
{
	/* Else the address of the middle of our trial function is a constant, which objtool does not allow. */
	OPTIMIZER_HIDE_VAR(function);
	marks[(function >> MARK_SHIFT) % MARK_COUNT] = 1;
	marks[((function + LONGEST_ENTRY) >> MARK_SHIFT) % MARK_COUNT] = 1;
}

/* Everything but the rows with the common landing; before any of them is intercepted. */
static void mark_places(const struct kapi_interception_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		const unsigned long place = *group->rows[i].place;

		if (place && group->rows[i].landing != group->common_landing)
			mark(group->marks, place);
	}
	mark(group->marks, intercept_trial_address());
}

/* Whether the address behind one function's entry could be taken for one with another landing. */
static bool are_too_close(const struct kapi_interception_group *group)
{
	kapi_u32 i, k;

	for (i = 0; i < group->count; i++)
		for (k = 0; k < group->count; k++) {
			const unsigned long first = *group->rows[i].place;
			const unsigned long second = *group->rows[k].place;

			if (group->rows[i].landing != group->rows[k].landing && first && second &&
			    second - first < LONGEST_ENTRY)
				return true;
		}
	return false;
}

static bool has_a_place(const struct kapi_interception_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		if (*group->rows[i].place)
			return true;
	return false;
}

/* Checks that ftrace works: a call of the trial function enters the landing. */
static bool is_tried(const struct kapi_interception_group *group)
{
	intercept_ftrace_settle();
	WRITE_ONCE(*group->trial_hit, false);
	intercept_trial_call();
	return READ_ONCE(*group->trial_hit);
}

/* Intercepts @count rows from @first on, but not row @without; @is_tried_too: and the trial function. */
static int hook_rows(struct kapi_interception_group *group, kapi_u32 first, kapi_u32 count,
		     kapi_u32 without, void (*landing)(void), bool is_tried_too,
		     struct kapi_hook **hook)
{
	struct direct_target *targets = kcalloc(count + 1, sizeof(*targets), GFP_KERNEL);
	kapi_u32 i, used = 0;
	int error;

	if (!targets)
		return -ENOMEM;
	for (i = first; i < first + count; i++)
		if (i != without)
			targets[used++] = (struct direct_target){
				.symbol = group->rows[i].symbol,
				.address = *group->rows[i].place,
			};
	if (is_tried_too)
		targets[used++].address = intercept_trial_address();
	error = direct_hook_attach(targets, used, landing, hook);
	used = 0;
	for (i = first; i < first + count; i++)
		group->states[i].error = i == without ? -EBUSY : error ?: targets[used++].error;
	kfree(targets);
	return error;
}

static int intercept_all_but(struct kapi_interception_group *group, kapi_u32 without)
{
	return hook_rows(group, 0, group->count, without, group->landing, true,
			 &group->shared_hook);
}

/*
 * The shared landing needs the functions' addresses.  If another user has redirected an optional
 * one, all others are intercepted; each try to find out which one that is costs an RCU grace
 * period.  -ENOENT: no address is known, or two functions are too close; -EBUSY: another user has
 * redirected several, or one that is not optional.
 */
static int intercept_together(struct kapi_interception_group *group, bool *is_proven)
{
	kapi_u32 i;
	int error;

	if (!has_a_place(group) || are_too_close(group))
		return -ENOENT;
	mark_places(group);
	WRITE_ONCE(*group->trial_place, intercept_trial_address());
	/*
	 * No barrier lies between the jump to the landing and its look at the places and marks, and the
	 * kernel may tell other CPUs of a changed call no more than through data: so they see these first.
	 */
	UNLISTED(kick_all_cpus_sync)();
	error = intercept_all_but(group, group->count);
	for (i = 0; i < group->count && error == -EBUSY; i++)
		if (group->rows[i].is_optional)
			error = intercept_all_but(group, i);
	if (!error)
		*is_proven = is_tried(group);
	return error;
}

static int intercept_rows(struct kapi_interception_group *group, kapi_u32 first, kapi_u32 count)
{
	return hook_rows(group, first, count, group->count, group->rows[first].landing, false,
			 &group->states[first].own_hook);
}

static kapi_u32 same_landing(const struct kapi_interception_group *group, kapi_u32 first)
{
	kapi_u32 count = 1;

	while (first + count < group->count &&
	       group->rows[first + count].landing == group->rows[first].landing)
		count++;
	return count;
}

/* If another user has redirected one of several optional functions, the others are still intercepted. */
static int intercept_with_same_landing(struct kapi_interception_group *group, kapi_u32 first,
				       kapi_u32 count)
{
	int error = intercept_rows(group, first, count);
	kapi_u32 i;

	if (error != -EBUSY || count == 1 || !group->rows[first].is_optional)
		return error;
	for (i = 0; i < count && error != -ENOMEM; i++)
		error = intercept_rows(group, first + i, 1);
	return error;
}

/*
 * If they cannot share a landing: each has one of its own, which need not find out where it was
 * entered.
 */
static int intercept_apart(struct kapi_interception_group *group, const char **failed)
{
	kapi_u32 first, count;

	for (first = 0; first < group->count; first += count) {
		int error;

		count = same_landing(group, first);
		error = intercept_with_same_landing(group, first, count);
		if (error == -ENOMEM || error == -ENODEV)
			return error;
		if (error == -EBUSY && !group->rows[first].is_optional) {
			*failed = group->rows[first].symbol;
			return error;
		}
	}
	return 0;
}

/* -EBUSY: another user has redirected *@failed.  What cannot have direct calls is no error. */
static int intercept_by_direct_calls(struct kapi_interception_group *group, const char **failed,
				     bool *is_proven)
{
	int error = intercept_together(group, is_proven);

	if (error == -EBUSY || error == -ENOENT)
		error = intercept_apart(group, failed);
	return error == -EOPNOTSUPP ? 0 : error;
}

/*
 * Functions that cannot have a direct call.  Not those that another user has redirected (-EBUSY): a
 * BPF program that calls the function itself bypasses a probe.
 */
static bool is_for_probes(const struct kapi_interception *row, const struct kapi_intercepted *state)
{
	return row->landing_in_place && (state->error == -EOPNOTSUPP || state->error == -ENOENT);
}

static bool are_some_for_probes(const struct kapi_interception_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		if (is_for_probes(&group->rows[i], &group->states[i]))
			return true;
	return false;
}

static int intercept_by_probes(struct kapi_interception_group *group)
{
	kapi_u32 i;
	int error;

	if (!are_some_for_probes(group))
		return 0;
	error = probe_hook_new(group->count, &group->probes);
	if (error)
		return error == -ENOMEM ? error : 0;
	for (i = 0; i < group->count && error != -ENOMEM; i++) {
		const struct kapi_interception *row = &group->rows[i];
		struct kapi_intercepted *state = &group->states[i];

		if (!is_for_probes(row, state))
			continue;
		error = *row->place ? probe_hook_add(group->probes, row->symbol, *row->place,
						     row->landing_in_place, row->is_wanted)
				    : -ENOENT;
		state->error = error;
		state->by_probe = !error;
	}
	return error == -ENOMEM ? error : 0;
}

static int missing(const struct kapi_interception_group *group, const char **failed)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		if (!group->states[i].error || group->rows[i].is_optional)
			continue;
		*failed = group->rows[i].symbol;
		return group->states[i].error;
	}
	return 0;
}

int intercept_start(struct kapi_interception_group *group, unsigned int means, const char **failed,
		    bool *is_proven)
{
	int error = find_places(group);
	kapi_u32 i;

	*failed = NULL;
	*is_proven = false;
	for (i = 0; i < group->count; i++)
		group->states[i] = (struct kapi_intercepted){ .error = -EOPNOTSUPP };
	if (!error && (means & KAPI_BY_DIRECT_CALLS))
		error = intercept_by_direct_calls(group, failed, is_proven);
	/* Running out of memory is transient: do not settle for kprobes because of it. */
	if (!error && (means & KAPI_BY_KPROBES))
		error = intercept_by_probes(group);
	return error ?: missing(group, failed);
}

/* Direct calls last, as removing them waits for the tasks that probes have diverted, too. */
void intercept_end(struct kapi_interception_group *group)
{
	bool has_waited = false;
	kapi_u32 i;

	if (group->probes)
		probe_hook_detach(group->probes);
	for (i = group->count; i > 0; i--) {
		if (!group->states[i - 1].own_hook)
			continue;
		direct_hook_detach(group->states[i - 1].own_hook);
		has_waited = true;
	}
	if (group->shared_hook) {
		direct_hook_detach(group->shared_hook);
		has_waited = true;
	}
	if (group->probes && !has_waited)
		WAIT_FOR_RCU_TASKS();
	group->probes = NULL;
	group->shared_hook = NULL;
	for (i = 0; i < group->count; i++)
		group->states[i] = (struct kapi_intercepted){ .error = -EOPNOTSUPP };
}
