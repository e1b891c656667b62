// SPDX-License-Identifier: GPL-2.0
/* intercept: kprobes as a means (contracts: means.h). */
#include <linux/rcupdate.h>

#include "means.h"
#include "probe_hook.h"
#include "../kapi/unlisted.h"

/*
 * True for functions that cannot have a direct call, but not if another user has redirected them (-EBUSY): a
 * BPF program that calls the function itself bypasses a probe.
 */
static bool is_for_probes(const struct intercept_row *row, const struct intercept_result *result)
{
	return row->landing_in_place && (result->error == -EOPNOTSUPP || result->error == -ENOENT);
}

static bool are_some_for_probes(const struct intercept_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		if (is_for_probes(&group->rows[i], &group->results[i]))
			return true;
	return false;
}

static int attach_row(struct probe_hook *probes, const struct intercept_row *row)
{
	if (!*row->place)
		return -ENOENT;
	return probe_hook_add(probes, row->symbol, *row->place, row->landing_in_place,
			      row->is_wanted);
}

static int kprobe_attach(struct intercept_group *group, const char **failed)
{
	kapi_u32 i;
	int error;

	if (!are_some_for_probes(group))
		return 0;
	error = probe_hook_new(group->count, &group->probes);
	if (error)
		return error == -ENOMEM ? error : 0;
	for (i = 0; i < group->count && error != -ENOMEM; i++) {
		struct intercept_result *result = &group->results[i];

		if (!is_for_probes(&group->rows[i], result))
			continue;
		error = attach_row(group->probes, &group->rows[i]);
		result->error = error;
		result->by = error ? 0 : INTERCEPT_BY_KPROBE;
	}
	return error == -ENOMEM ? error : 0;
}

static void kprobe_detach(struct intercept_group *group)
{
	if (!group->probes)
		return;
	probe_hook_detach(group->probes);
	group->probes = NULL;
	/* The removal of direct calls, which comes next, also waits for tasks that probes have diverted. */
	if (!has_direct_calls(group))
		WAIT_FOR_RCU_TASKS();
}

const struct intercept_means kprobe_means = {
	.by = INTERCEPT_BY_KPROBE,
	.attach = kprobe_attach,
	.detach = kprobe_detach,
};
