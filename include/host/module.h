/* SPDX-License-Identifier: GPL-2.0 */
/* host: loading and unloading, and the module's parameters.  Kernel source: <linux/module.h>. */
#ifndef SYSVIPC_HOST_MODULE_H
#define SYSVIPC_HOST_MODULE_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * For a module that is being unloaded but must stay, as returning would free it.  The task never
 * continues; it counts as neither running nor hung, and does not block suspending.
 */
void host_module_never_return(void) __attribute__((noreturn));

/* The module's parameters (sysvipc(4)), constant once it is loaded; sysvipc.ko only. */
bool host_parameter_force(void);
bool host_parameter_ipcmni_extend(void);
const char *host_parameter_attach(void);
const char *host_parameter_namespaces(void);
bool host_parameter_require_lsm(void);

/* Implemented by the C++ side (src/entry), called once each by the C module glue. */
int sysvipc_module_init(void) KAPI_NOEXCEPT; /* 0 or -errno */
void sysvipc_module_exit(void) KAPI_NOEXCEPT;
/*
 * Writes the text of the file in_use, at most @size bytes; returns its length.  May be called at any
 * time.  Sleeps.
 */
kapi_size sysvipc_describe_use(char *text, kapi_size size) KAPI_NOEXCEPT;
/* sysvipc_describe_use() for the file intercepted. */
kapi_size sysvipc_describe_interceptions(char *text, kapi_size size) KAPI_NOEXCEPT;

KAPI_END

#endif
