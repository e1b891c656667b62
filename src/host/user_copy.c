// SPDX-License-Identifier: GPL-2.0
/* host: copies of user memory that is present (contracts: include/host/user_copy.h). */
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "../kapi/shim.h"
#include <host/user_copy.h>

/* A pointer that access_ok() refuses must not be followed in speculation either. */
KAPI_SHIM kapi_size host_copy_from_user_present(void *to, kapi_size user_from, kapi_size size)
{
	const void __user *from = (const void __user *)user_from;

	if (unlikely(!access_ok(from, size)))
		return size;
	barrier_nospec();
	return __copy_from_user_inatomic(to, from, size);
}

KAPI_SHIM kapi_size host_copy_to_user_present(kapi_size user_to, const void *from, kapi_size size)
{
	void __user *to = (void __user *)user_to;

	if (unlikely(!access_ok(to, size)))
		return size;
	return __copy_to_user_inatomic(to, from, size);
}
