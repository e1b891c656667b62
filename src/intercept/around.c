// SPDX-License-Identifier: GPL-2.0
/* intercept: wrappers around functions of the kernel (contracts: around.h, include/intercept/around.h). */
#include <linux/module.h>

#include "around.h"
#include <intercept/around.h>

static bool is_open __read_mostly;

void intercept_around_open(void)
{
	WRITE_ONCE(is_open, true);
}

bool around_pin(void)
{
	return READ_ONCE(is_open) && try_module_get(THIS_MODULE);
}

void around_unpin(void)
{
	module_put(THIS_MODULE);
}
