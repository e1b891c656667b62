/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: saturating reference counts.  Kernel source: <linux/refcount.h>. */
#ifndef SYSVIPC_KAPI_REFCOUNT_H
#define SYSVIPC_KAPI_REFCOUNT_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_refcount, REFCOUNT);

void kapi_refcount_set(struct kapi_refcount *count, int value);
bool kapi_refcount_inc_not_zero(struct kapi_refcount *count);
bool kapi_refcount_dec_and_test(struct kapi_refcount *count);

KAPI_END

#endif
