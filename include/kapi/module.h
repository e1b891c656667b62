/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: the module's reference count, log and assertions.  Kernel source: <linux/module.h>, <linux/printk.h>. */
#ifndef SYSVIPC_KAPI_MODULE_H
#define SYSVIPC_KAPI_MODULE_H

#include <kapi/types.h>

KAPI_BEGIN

bool kapi_module_try_get(void); /* false: the module is being unloaded */
void kapi_module_put(void); /* drops a reference of try_get() */
int kapi_module_references(void); /* the module's reference count */

/* A line of the log, with the module's name before it.  Any context. */
void kapi_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kapi_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* kapi_log_error(), rate-limited: for lines that a user can provoke. */
void kapi_log_error_rarely(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A WARN with a stack trace, the first time only. */
void kapi_warn_invariant(const char *what, const char *file, int line);

/* True if the kernel was built with System V IPC. */
bool kapi_kernel_has_sysvipc(void);
/* Whether the kernel accepts the 32-bit times of 32-bit programs. */
bool kapi_kernel_has_time32(void);

KAPI_END

#endif
