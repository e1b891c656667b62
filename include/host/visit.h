/* SPDX-License-Identifier: GPL-2.0 */
/* host: visits all objects of a table.  Kernel source: <linux/rhashtable.h>. */
#ifndef SYSVIPC_HOST_VISIT_H
#define SYSVIPC_HOST_VISIT_H

#include <kapi/table.h>

KAPI_BEGIN

/*
 * Calls @each for every object, under RCU, concurrently with writers.  Visits all objects that are
 * present throughout, more than once if the table grows.
 */
void host_addresses_visit(struct kapi_rhashtable *table,
			  void (*each)(struct kapi_addressed *, void *context) KAPI_NOEXCEPT,
			  void *context);

KAPI_END

#endif
