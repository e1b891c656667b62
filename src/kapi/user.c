// SPDX-License-Identifier: GPL-2.0
/* kapi: memory of the current process (contracts: include/kapi/user.h). */
#include <linux/fault-inject-usercopy.h>
#include <linux/nospec.h>
#include <linux/pagemap.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "shim.h"
#include <kapi/user.h>

KAPI_SHIM bool kapi_is_user_copy_to_fail(void)
{
	return should_fail_usercopy();
}

KAPI_SHIM void kapi_page_faults_disable(void)
{
	pagefault_disable();
}

KAPI_SHIM void kapi_page_faults_enable(void)
{
	pagefault_enable();
}

KAPI_SHIM kapi_size kapi_copy_from_user(void *to, kapi_size user_from, kapi_size size)
{
	return copy_from_user(to, (const void __user *)user_from, size);
}

KAPI_SHIM kapi_size kapi_copy_to_user(kapi_size user_to, const void *from, kapi_size size)
{
	return copy_to_user((void __user *)user_to, from, size);
}

KAPI_SHIM int kapi_put_user_u32(kapi_size user_to, kapi_u32 value)
{
	return put_user(value, (u32 __user *)user_to);
}

KAPI_SHIM int kapi_put_user_u64(kapi_size user_to, kapi_u64 value)
{
	return put_user(value, (u64 __user *)user_to);
}

KAPI_SHIM kapi_size kapi_fault_in_readable(kapi_size user_from, kapi_size size)
{
	struct iov_iter range;

	/* Not fault_in_readable(), which some kernels do not export (unlisted.h). */
	iov_iter_ubuf(&range, ITER_SOURCE, (void __user *)user_from, size);
	return fault_in_iov_iter_readable(&range, size);
}

KAPI_SHIM kapi_size kapi_index_nospec(kapi_size index, kapi_size size)
{
	return array_index_nospec(index, size);
}
