// SPDX-License-Identifier: GPL-2.0
/* intercept: intercept kernel functions (contracts: include/intercept/intercept.h). */
#include <linux/compiler.h>
#include <linux/slab.h>

#include "direct_hook.h"
#include "diversion.h"
#include "../host/symbol.h"
#include <intercept/armed.h>
#include <intercept/intercept.h>

/* Where the functions are, and what became of each; the last one is a function of ours, to be tried. */
struct places {
	struct unexported_symbol *symbols;
	unsigned long *addresses;
	int *errors;
};

static void places_free(struct places *places)
{
	kfree(places->symbols);
	kfree(places->addresses);
	kfree(places->errors);
}

static int places_find(struct places *places, const struct kapi_interception_group *group)
{
	const kapi_u32 count = group->count;
	int error;
	kapi_u32 i;

	places->symbols = kcalloc(count, sizeof(*places->symbols), GFP_KERNEL);
	places->addresses = kcalloc(count + 1, sizeof(*places->addresses), GFP_KERNEL);
	places->errors = kcalloc(count + 1, sizeof(*places->errors), GFP_KERNEL);
	if (!places->symbols || !places->addresses || !places->errors)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		places->symbols[i].name = group->rows[i].symbol;
	error = symbols_find(places->symbols, count);
	for (i = 0; i < count; i++)
		places->addresses[i] = (unsigned long)places->symbols[i].address;
	places->addresses[count] = intercept_trial_address();
	return error;
}

static void set_places(struct kapi_interception_group *group, const unsigned long *addresses)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		if (group->rows[i].place)
			WRITE_ONCE(*group->rows[i].place, addresses ? addresses[i] : 0);
	WRITE_ONCE(*group->trial_place, addresses ? addresses[group->count] : 0);
}

/* Whether a call of the function that is to be tried enters the landing now. */
static bool is_tried(const struct kapi_interception_group *group)
{
	intercept_trial_call();
	return READ_ONCE(*group->trial_place) == 0;
}

static int intercept_together(struct kapi_interception_group *group, bool *is_proven)
{
	struct places places = {};
	int error = places_find(&places, group);
	kapi_u32 i;

	if (!error) {
		set_places(group, places.addresses);
		error = direct_hook_attach(places.addresses, places.errors, group->count + 1,
					   group->landing, group->rows[0].symbol,
					   &group->shared_hook);
	}
	for (i = 0; i < group->count && !error; i++)
		group->states[i].error = places.errors[i];
	if (error)
		set_places(group, NULL);
	else
		*is_proven = is_tried(group);
	places_free(&places);
	return error;
}

/*
 * Where somebody else has a direct call on one of them, each is intercepted by itself, with a landing that need
 * not tell functions apart.  So it is where addresses are not known.
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

	switch (error) {
	case -EBUSY:
	case -ENOENT:
		return intercept_each(group);
	default:
		return error;
	}
}

static bool is_for_probes(const struct kapi_interception *row)
{
	return row->landing_in_place || row->is_wanted;
}

static int intercept_by_probes(struct kapi_interception_group *group)
{
	int error = probe_hook_new(group->count, &group->probes);
	kapi_u32 i;

	for (i = 0; i < group->count && error != -ENOMEM; i++) {
		const struct kapi_interception *row = &group->rows[i];
		struct kapi_intercepted *state = &group->states[i];

		if (!state->error || !is_for_probes(row))
			continue;
		if (group->probes)
			error = probe_hook_add(group->probes, row->symbol, row->landing_in_place,
					       row->is_wanted);
		state->error = error;
		state->by_probe = !error;
	}
	return error == -ENOMEM ? error : 0;
}

static int missing(const struct kapi_interception_group *group, kapi_u32 *failed)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		if (!group->states[i].error || group->rows[i].is_optional)
			continue;
		*failed = i;
		return group->states[i].error;
	}
	return 0;
}

int intercept_start(struct kapi_interception_group *group, unsigned int means, kapi_u32 *failed,
		    bool *is_proven)
{
	int error = 0;
	kapi_u32 i;

	*failed = 0;
	*is_proven = false;
	for (i = 0; i < group->count; i++)
		group->states[i] = (struct kapi_intercepted){ .error = -EOPNOTSUPP };
	if (means & KAPI_BY_DIRECT_CALLS)
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
