/* SPDX-License-Identifier: GPL-2.0 */
/* host: numeric files below /proc/sys.  Kernel source: <linux/sysctl.h>, kernel/sysctl.c. */
#ifndef SYSVIPC_HOST_SYSCTL_H
#define SYSVIPC_HOST_SYSCTL_H

#include <kapi/types.h>

KAPI_BEGIN

#define KAPI_SYSCTL_MOST_VALUES 4

/* One file. */
struct kapi_sysctl {
	const char *name;
	/*
	 * Where the numbers are for the current task; NULL: *@error is -errno.  Sleeps.  They are read and
	 * written with READ_ONCE and WRITE_ONCE.
	 */
	void *(*find)(int *error);
	bool is_word; /* a single unsigned long, without bounds or store; else @count ints */
	kapi_u32 count;
	int least; /* of each value; both 0: no bounds */
	int most;
	/*
	 * What is done with a write; NULL: all of @wanted is stored.  @status is what reading the
	 * user's text came to; values before the faulty one are in @wanted.  Returns the status of
	 * the write.
	 */
	int (*store)(int *values, const int *wanted, int status);
	/* What the current task may do: 4 (read) and 2 (write).  Does not sleep. */
	kapi_u32 (*access)(void);
	unsigned short mode; /* as it is shown */
};

struct kapi_sysctls;
/* While one of the files is opened, read, written or listed, and a little longer, the module is pinned. */
/* The @count files of @files, which outlive them, in @directory.  NULL: no memory, or a name is taken. */
struct kapi_sysctls *host_sysctls_start(const char *directory, const struct kapi_sysctl *files,
					kapi_u32 count);
/*
 * When the module is on its way out; NULL is allowed.  Waits a second at most: false: somebody who lists the
 * directory does not leave, and the names stay taken, invisible, until the kernel is started anew.
 */
bool host_sysctls_stop(struct kapi_sysctls *sysctls);

KAPI_END

#endif
