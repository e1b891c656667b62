/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: saturating reference counts.  Kernel source: <linux/refcount.h>. */
#ifndef SYSVIPC_KAPI_REFCOUNT_H
#define SYSVIPC_KAPI_REFCOUNT_H

#include <kapi/types.h>

KAPI_BEGIN

KAPI_OPAQUE(kapi_refcount, REFCOUNT);

/*
 * A count that would overflow, or that is used after it was 0, is reported, and saturates: it never becomes 0 again.
 */
void kapi_refcount_set(struct kapi_refcount *count, int value);
/* False: it is 0, and stays so.  Orders no more than what the caller stores after success. */
bool kapi_refcount_inc_not_zero(struct kapi_refcount *count);
/* True: it is 0 now.  Releases; acquires if true. */
bool kapi_refcount_dec_and_test(struct kapi_refcount *count);

KAPI_END

#endif
