/* SPDX-License-Identifier: GPL-2.0 */
/* host: functions that some kernels do not export (src/kapi/unlisted.h). */
#ifndef SYSVIPC_HOST_UNLISTED_H
#define SYSVIPC_HOST_UNLISTED_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * Finds the functions.  Call before all other functions of kapi, host and intercept.  -ENOENT: the kernel lacks
 * *@missing; -ENOMEM.  No-op on kernels that export all.  Sleeps.
 */
int host_unlisted_find(const char **missing);

KAPI_END

#endif
