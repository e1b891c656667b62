// SPDX-License-Identifier: GPL-2.0
/* intercept: tracepoints as a means (contracts: means.h).  Kernel source: kernel/tracepoint.c. */
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "means.h"

#ifdef CONFIG_TRACEPOINTS

struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare(struct tracepoint *tracepoint, void *data)
{
	struct search *search = data;

	if (!strcmp(tracepoint->name, search->name))
		search->found = tracepoint;
}

/* Not by the header's own function for this: it names the tracepoint, which is not exported. */
static int attach_row(const struct intercept_row *row, struct tracepoint **tracepoint)
{
	struct search search = { .name = row->symbol };
	int error;

	for_each_kernel_tracepoint(compare, &search);
	if (!search.found)
		return -ENOENT;
	error = tracepoint_probe_register(search.found, *row->notice, NULL);
	if (!error)
		*tracepoint = search.found;
	return error;
}

static void detach(struct tracepoint *tracepoint, const struct intercept_row *row)
{
	tracepoint_probe_unregister(tracepoint, *row->notice, NULL);
}

#else /* kernels with PREEMPT_RT need none */

static int attach_row(const struct intercept_row *row, struct tracepoint **tracepoint)
{
	return -ENOENT;
}

static void detach(struct tracepoint *tracepoint, const struct intercept_row *row)
{
}

#endif

static int tracepoint_attach(struct intercept_group *group, const char **failed)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		const struct intercept_row *row = &group->rows[i];
		struct intercept_result *result = &group->results[i];

		if (!row->notice)
			continue;
		result->error = attach_row(row, &result->tracepoint);
		if (result->error == -ENOMEM)
			return -ENOMEM;
		if (!result->error)
			result->by = INTERCEPT_BY_TRACEPOINT;
	}
	return 0;
}

static void tracepoint_detach(struct intercept_group *group)
{
	bool is_used = false;
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		struct tracepoint *tracepoint = group->results[i].tracepoint;

		if (!tracepoint)
			continue;
		detach(tracepoint, &group->rows[i]);
		is_used = true;
	}
	if (is_used)
		tracepoint_synchronize_unregister();
}

const struct intercept_means tracepoint_means = {
	.by = INTERCEPT_BY_TRACEPOINT,
	.attach = tracepoint_attach,
	.detach = tracepoint_detach,
};
