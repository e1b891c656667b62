// SPDX-License-Identifier: GPL-2.0
/* host: visits all objects of a table (contracts: include/host/visit.h). */
#include <linux/err.h>
#include <linux/rhashtable.h>

#include <host/visit.h>

void host_addresses_visit(struct kapi_rhashtable *table,
			  void (*each)(struct kapi_addressed *, void *context), void *context)
{
	struct rhashtable_iter walk;
	void *object;

	rhashtable_walk_enter((struct rhashtable *)table, &walk);
	rhashtable_walk_start(&walk);
	while ((object = rhashtable_walk_next(&walk)))
		if (object != ERR_PTR(-EAGAIN)) /* the table has grown */
			each(object, context);
	rhashtable_walk_stop(&walk);
	rhashtable_walk_exit(&walk);
}
