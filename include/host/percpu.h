/* SPDX-License-Identifier: GPL-2.0 */
/* host: one number for each CPU, as kapi_percpu_long_alloc() makes it.  Kernel source: <linux/percpu.h>. */
#ifndef SYSVIPC_HOST_PERCPU_H
#define SYSVIPC_HOST_PERCPU_H

#include <kapi/types.h>

KAPI_BEGIN

/* Of all CPUs, one after the other: exact when nobody adds meanwhile. */
long host_percpu_long_sum(const long *counter);

KAPI_END

#endif
