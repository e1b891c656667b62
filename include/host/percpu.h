/* SPDX-License-Identifier: GPL-2.0 */
/* host: sum of a per-CPU counter of kapi_percpu_long_alloc().  Kernel source: <linux/percpu.h>. */
#ifndef SYSVIPC_HOST_PERCPU_H
#define SYSVIPC_HOST_PERCPU_H

#include <kapi/types.h>

KAPI_BEGIN

/* Sums all CPUs' values, one after the other: exact if none changes meanwhile. */
long host_percpu_long_sum(const long *counter);

KAPI_END

#endif
