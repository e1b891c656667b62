// SPDX-License-Identifier: GPL-2.0
/* host: copies of user memory that is present (contracts: include/host/user_copy.h). */
#include <linux/compiler.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "../kapi/shim.h"
#include <host/user_copy.h>

/*
 * Since 6.4, access_ok() of some architectures looks at the first byte only if the compiler knows that @size is at most
 * a page, as it does where this is inlined; the kernel's copy_to_user() does not know it.  A copy that begins in
 * user space and ends beyond it must write nothing.
 */
#define IS_USER_RANGE(address, size)                                                               \
	({                                                                                         \
		kapi_size unknown_size = (size);                                                   \
                                                                                                   \
		OPTIMIZER_HIDE_VAR(unknown_size);                                                  \
		likely(access_ok(address, unknown_size));                                          \
	})

/* A pointer that access_ok() refuses must not be followed in speculation either. */
KAPI_SHIM kapi_size host_copy_from_user_present(void *to, kapi_size user_from, kapi_size size)
{
	const void __user *from = (const void __user *)user_from;

	if (!IS_USER_RANGE(from, size))
		return size;
	barrier_nospec();
	return __copy_from_user_inatomic(to, from, size);
}

KAPI_SHIM kapi_size host_copy_to_user_present(kapi_size user_to, const void *from, kapi_size size)
{
	void __user *to = (void __user *)user_to;

	if (!IS_USER_RANGE(to, size))
		return size;
	return __copy_to_user_inatomic(to, from, size);
}
