/* SPDX-License-Identifier: GPL-2.0 */
/* kapi: memory of the current process.  Process context.  Kernel source: <linux/uaccess.h>. */
#ifndef SYSVIPC_KAPI_USER_H
#define SYSVIPC_KAPI_USER_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * A page fault may sleep indefinitely (a FUSE file system, userfaultfd).  Between these two calls a copy
 * stops where it would fault, and does not sleep.
 */
void kapi_page_faults_disable(void);
void kapi_page_faults_enable(void);
/* Returns the number of bytes not copied; bytes not read from user memory are zeroed. */
kapi_size kapi_copy_from_user(void *to, kapi_size user_from, kapi_size size);
kapi_size kapi_copy_to_user(kapi_size user_to, const void *from, kapi_size size);
/* A single store, whole or not at all.  0 or -EFAULT. */
int kapi_put_user_u32(kapi_size user_to, kapi_u32 value);
int kapi_put_user_u64(kapi_size user_to, kapi_u64 value);
/* Fault injection: true: fail the whole copy.  Compiles to false if the kernel has no fault injection. */
bool kapi_is_user_copy_to_fail(void);
/*
 * Returns the number of the @size bytes at @user_from that cannot be read; copies nothing.  Sleeps in page
 * faults.
 */
kapi_size kapi_fault_in_readable(kapi_size user_from, kapi_size size);
/* @index if it is below @size, otherwise 0, also under speculation. */
kapi_size kapi_index_nospec(kapi_size index, kapi_size size);

KAPI_END

#endif
