/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: the module's reference count, log and assertions.  Kernel source: <linux/module.h>, <linux/printk.h>. */
#ifndef SYSVIPC_KAPI_MODULE_H
#define SYSVIPC_KAPI_MODULE_H

#include <kapi/types.h>

KAPI_BEGIN

bool kapi_module_try_get(void); /* false: the module is being unloaded */
void kapi_module_put(void);
int kapi_module_references(void); /* on the module, by whoever uses it */

void kapi_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kapi_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, a few times in some seconds at most: for lines that a user can provoke. */
void kapi_log_error_rarely(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A WARN with a stack trace, once for each place. */
void kapi_warn_invariant(const char *what, const char *file, int line);

/* Whether the kernel was built with System V IPC of its own. */
bool kapi_kernel_has_sysvipc(void);
/* Whether it runs 32-bit programs, and knows a time of theirs in 32 bits. */
bool kapi_kernel_has_ia32(void);
bool kapi_kernel_has_time32(void);

KAPI_END

#endif
