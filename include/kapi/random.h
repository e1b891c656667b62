/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: unpredictable random numbers.  Kernel source: <linux/random.h>. */
#ifndef SYSVIPC_KAPI_RANDOM_H
#define SYSVIPC_KAPI_RANDOM_H

#include <kapi/types.h>

KAPI_BEGIN

/* Cannot be guessed once the kernel's generator is seeded, for which it does not wait.  Any context. */
kapi_u64 kapi_random_u64(void);

KAPI_END

#endif
