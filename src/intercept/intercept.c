// SPDX-License-Identifier: GPL-2.0
/* intercept: intercept functions of the kernel (contracts: include/intercept/intercept.h). */
#include <linux/compiler.h>
#include <linux/slab.h>

#include "direct_hook.h"
#include "diversion.h"
#include "../host/symbol.h"
#include <intercept/armed.h>
#include <intercept/intercept.h>

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
	intercept_trial_call();
	return READ_ONCE(*group->trial_place) == 0;
}

/* -ENOENT: no address is known. */
static int intercept_together(struct kapi_interception_group *group, bool *is_proven)
{
	const kapi_u32 count = group->count;
	unsigned long *addresses = kcalloc(count + 1, sizeof(*addresses), GFP_KERNEL);
	int *errors = kcalloc(count + 1, sizeof(*errors), GFP_KERNEL);
	int error = addresses && errors ? 0 : -ENOMEM;
	kapi_u32 i;

	if (!error && !has_a_place(group))
		error = -ENOENT;
	for (i = 0; i < count && !error; i++)
		addresses[i] = *group->rows[i].place;
	if (!error) {
		addresses[count] = intercept_trial_address();
		WRITE_ONCE(*group->trial_place, addresses[count]);
		error = direct_hook_attach(addresses, errors, count + 1, group->landing,
					   group->rows[0].symbol, &group->shared_hook);
	}
	for (i = 0; i < count && !error; i++)
		group->states[i].error = errors[i];
	if (!error)
		*is_proven = is_tried(group);
	kfree(errors);
	kfree(addresses);
	return error;
}

/*
 * If another user has redirected one of them, each is intercepted by itself, with a landing that
 * need not distinguish functions.  The same if their addresses are unknown.
 */
static int intercept_each(struct kapi_interception_group *group)
{
	kapi_u32 i, unused;

	for (i = 0; i < group->count; i++) {
		struct kapi_intercepted *state = &group->states[i];

		state->error =
			intercept_hook_attach(&group->rows[i].symbol, 1, group->rows[i].landing,
					      &state->own_hook, &unused);
		if (state->error == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

static int intercept_by_direct_calls(struct kapi_interception_group *group, bool *is_proven)
{
	int error = intercept_together(group, is_proven);
	kapi_u32 i;

	if (error == -EBUSY || error == -ENOENT)
		return intercept_each(group);
	for (i = 0; i < group->count && error; i++)
		group->states[i].error = error;
	return error;
}

/*
 * Functions that cannot have a direct call.  Not those that another user has redirected (-EBUSY): a
 * BPF program that calls the function itself bypasses a probe.
 */
static bool is_for_probes(const struct kapi_interception *row, const struct kapi_intercepted *state)
{
	return (row->landing_in_place || row->is_wanted) &&
	       (state->error == -EOPNOTSUPP || state->error == -ENOENT);
}

static int intercept_by_probes(struct kapi_interception_group *group)
{
	int error = probe_hook_new(group->count, &group->probes);
	kapi_u32 i;

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
		error = intercept_by_direct_calls(group, is_proven);
	/* Running out of memory is transient: do not settle for kprobes because of it. */
	if (error != -ENOMEM && error != -ENODEV && (means & KAPI_BY_KPROBES))
		error = intercept_by_probes(group);
	if (error != -ENOMEM && error != -ENODEV)
		error = missing(group, failed);
	if (error)
		intercept_end(group);
	return error;
}

void intercept_end(struct kapi_interception_group *group)
{
	kapi_u32 i;

	if (group->probes)
		intercept_probe_hook_detach(group->probes);
	if (group->shared_hook)
		intercept_hook_detach(group->shared_hook);
	for (i = group->count; i > 0; i--)
		if (group->states[i - 1].own_hook)
			intercept_hook_detach(group->states[i - 1].own_hook);
	group->probes = NULL;
	group->shared_hook = NULL;
	for (i = 0; i < group->count; i++)
		group->states[i] = (struct kapi_intercepted){ .error = -EOPNOTSUPP };
}
