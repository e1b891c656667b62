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
	 * Returns the current task's values, accessed with READ_ONCE and WRITE_ONCE; NULL: *@error
	 * is -errno.  Sleeps.
	 */
	void *(*find)(int *error);
	bool is_word; /* one unsigned long without bounds or store, otherwise @count ints */
	kapi_u32 count;
	int least; /* of each value; both 0: no bounds */
	int most;
	/*
	 * Handles a write; NULL: all of @wanted is stored.  @status: the result of parsing the
	 * user's text; @wanted contains the values before the first error.  Returns the result of
	 * the write.
	 */
	int (*store)(int *values, const int *wanted, int status);
	/* Returns the current task's permissions: 4 (read) and 2 (write).  Does not sleep. */
	kapi_u32 (*access)(void);
	unsigned short mode; /* shown by stat(2) */
};

struct kapi_sysctls;
/* Opening, reading, writing or listing a file pins the module until shortly afterwards. */
/*
 * Creates the @count files of @files, which must outlive them, in @directory.  NULL: no memory, or
 * a name is taken.
 */
struct kapi_sysctls *host_sysctls_start(const char *directory, const struct kapi_sysctl *files,
					kapi_u32 count);
/*
 * Called while unloading; NULL is allowed.  Waits at most a second.  False: a task is still listing
 * the directory; the names then stay taken, and invisible, until the next boot.
 */
bool host_sysctls_stop(struct kapi_sysctls *sysctls);

KAPI_END

#endif
