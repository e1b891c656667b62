// SPDX-License-Identifier: GPL-2.0
/* kapi: the module's reference count, log and assertions (contracts: include/kapi/module.h). */
#include <linux/bug.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "shim.h"
#include <kapi/module.h>

KAPI_SHIM bool kapi_kernel_has_sysvipc(void)
{
	return IS_ENABLED(CONFIG_SYSVIPC);
}

KAPI_SHIM bool kapi_kernel_has_time32(void)
{
	return IS_ENABLED(CONFIG_COMPAT_32BIT_TIME);
}

KAPI_SHIM bool kapi_module_try_get(void)
{
	return try_module_get(THIS_MODULE);
}

KAPI_SHIM int kapi_module_references(void)
{
	/* As module_refcount(), which some kernels do not export; excludes the kernel's own reference. */
	return atomic_read(&THIS_MODULE->refcnt) - 1;
}

KAPI_SHIM void kapi_module_put(void)
{
	module_put(THIS_MODULE);
}

void kapi_log_info(const char *format, ...)
{
	struct va_format text = { .fmt = format };
	va_list arguments;

	va_start(arguments, format);
	text.va = &arguments;
	printk(KERN_INFO "sysvipc: %pV\n", &text);
	va_end(arguments);
}

void kapi_log_error(const char *format, ...)
{
	struct va_format text = { .fmt = format };
	va_list arguments;

	va_start(arguments, format);
	text.va = &arguments;
	printk(KERN_ERR "sysvipc: %pV\n", &text);
	va_end(arguments);
}

void kapi_log_error_rarely(const char *format, ...)
{
	struct va_format text = { .fmt = format };
	va_list arguments;

	va_start(arguments, format);
	text.va = &arguments;
	printk_ratelimited(KERN_ERR "sysvipc: %pV\n", &text);
	va_end(arguments);
}

void kapi_warn_invariant(const char *what, const char *file, int line)
{
	WARN_ONCE(1, "sysvipc: invariant broken at %s:%d: %s\n", file, line, what);
}
