// SPDX-License-Identifier: GPL-2.0
/* host: visits all objects of a table (contracts: include/host/visit.h). */
#include <linux/err.h>
#include <linux/rhashtable.h>

#include "../kapi/unlisted.h"
#include <host/visit.h>

void host_addresses_visit(struct kapi_rhashtable *table,
			  void (*each)(struct kapi_addressed *, void *context), void *context)
{
	struct rhashtable_iter walk;
	void *object;

	UNLISTED(rhashtable_walk_enter)((struct rhashtable *)table, &walk);
	(void)UNLISTED(rhashtable_walk_start_check)(&walk);
	while ((object = UNLISTED(rhashtable_walk_next)(&walk)))
		if (object != ERR_PTR(-EAGAIN)) /* the table has grown */
			each(object, context);
	UNLISTED(rhashtable_walk_stop)(&walk);
	UNLISTED(rhashtable_walk_exit)(&walk);
}
