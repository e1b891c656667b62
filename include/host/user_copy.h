/* SPDX-License-Identifier: GPL-2.0 */
/* host: copies of user memory that is present.  Process context.  Kernel source: <linux/uaccess.h>. */
#ifndef SYSVIPC_HOST_USER_COPY_H
#define SYSVIPC_HOST_USER_COPY_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * As kapi_copy_from_user() and kapi_copy_to_user(), between kapi_page_faults_disable() and _enable(), with what
 * is not read undefined.  Inlined: without the check of the kernel's own memory where @size is a constant.
 */
kapi_size host_copy_from_user_present(void *to, kapi_size user_from, kapi_size size);
kapi_size host_copy_to_user_present(kapi_size user_to, const void *from, kapi_size size);

KAPI_END

#endif
