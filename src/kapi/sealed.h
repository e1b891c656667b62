/* SPDX-License-Identifier: GPL-2.0 */
/* Static calls whose targets cannot be changed once the module is loaded. */
#ifndef SYSVIPC_SRC_KAPI_SEALED_H
#define SYSVIPC_SRC_KAPI_SEALED_H

#include <linux/cache.h>
#include <linux/static_call.h>

/* Put it before the declaration.  On kernels that do not patch code, a static call is a pointer in data. */
#ifdef CONFIG_HAVE_STATIC_CALL
#define SEALED_STATIC_CALL(name)
#else
#define SEALED_STATIC_CALL(name)                                                                   \
	extern struct static_call_key STATIC_CALL_KEY(name) __ro_after_init;
#endif

#endif
