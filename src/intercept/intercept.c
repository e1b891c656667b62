// SPDX-License-Identifier: GPL-2.0
/* intercept: interception of kernel functions (contracts: include/intercept/intercept.h). */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "means.h"
#include "../host/symbol.h"
#include <intercept/intercept.h>

/* In the order in which they are tried; removed in the reverse order. */
static const struct intercept_means *const table[] = {
	&direct_call_means,
	&kprobe_means,
	&tracepoint_means,
};

/* Looks up the functions' addresses; 0: no such function, or the kernel hides it. */
static int find_places(const struct intercept_group *group)
{
	struct unexported_symbol *symbols = kcalloc(group->count, sizeof(*symbols), GFP_KERNEL);
	kapi_u32 i, count = 0;
	int error;

	if (!symbols)
		return -ENOMEM;
	for (i = 0; i < group->count; i++)
		if (group->rows[i].place)
			symbols[count++].name = group->rows[i].symbol;
	error = symbols_find(symbols, count);
	count = 0;
	for (i = 0; i < group->count; i++)
		if (group->rows[i].place)
			WRITE_ONCE(*group->rows[i].place, (unsigned long)symbols[count++].address);
	kfree(symbols);
	return error;
}

static int missing(const struct intercept_group *group, const char **failed)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++) {
		if (!group->results[i].error || group->rows[i].is_optional)
			continue;
		*failed = group->rows[i].symbol;
		return group->results[i].error;
	}
	return 0;
}

static void reset(struct intercept_group *group)
{
	kapi_u32 i;

	for (i = 0; i < group->count; i++)
		group->results[i] = (struct intercept_result){ .error = -EOPNOTSUPP };
	group->is_proven = false;
}

/* Not the next means after -ENOMEM: a transient error is no reason for it. */
int intercept_start(struct intercept_group *group, unsigned int allowed, const char **failed)
{
	int error = find_places(group);
	size_t i;

	*failed = NULL;
	reset(group);
	for (i = 0; !error && i < ARRAY_SIZE(table); i++)
		if (allowed & table[i]->by)
			error = table[i]->attach(group, failed);
	return error ?: missing(group, failed);
}

void intercept_end(struct intercept_group *group)
{
	size_t i;

	for (i = ARRAY_SIZE(table); i > 0; i--)
		table[i - 1]->detach(group);
	reset(group);
}
