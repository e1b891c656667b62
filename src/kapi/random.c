// SPDX-License-Identifier: GPL-2.0
/* kapi: unpredictable random numbers (contracts: include/kapi/random.h). */
#include <linux/random.h>

#include "shim.h"
#include <kapi/random.h>

KAPI_SHIM kapi_u64 kapi_random_u64(void)
{
	return get_random_u64();
}
