/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: mappings of segments in the calling process.  Kernel source: <linux/mm.h>.
 *
 * Functions that sleep wait for the mmap lock of the process, as long as the process likes: one of its page
 * faults may hold it while the process itself serves it (FUSE, userfaultfd).  The caller holds no lock
 * that others need, and pins the module.
 */
#ifndef SYSVIPC_HOST_MAPPING_H
#define SYSVIPC_HOST_MAPPING_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_file;

int host_mappings_start(void); /* once, before everything else here; -ENOMEM; sleeps */

/*
 * Maps the whole of a segment's file, which shows in /proc/PID/maps with @inode_number.
 * @protection, @flags: as for mmap(2).  The address, or -errno as do_mmap() has it.  Sleeps.
 */
long host_mapping_create(struct kapi_file *file, unsigned long inode_number, unsigned long address,
			 unsigned long protection, unsigned long flags);
/* Whether anything is mapped between @start and @end; false where the process is being killed.  Sleeps. */
bool host_mapping_overlaps(unsigned long start, unsigned long end);

/* A piece of a segment's file as it is mapped: addresses, and where in the file it begins. */
struct kapi_mapping {
	unsigned long start;
	unsigned long end;
	unsigned long page_offset;
	const void *file; /* to be compared only */
	unsigned long file_size;
};
/*
 * The first one that ends above @address and maps a segment's file; false: none.
 * -EINTR in *@error: the process is being killed.  Sleeps.
 */
bool host_mapping_find(unsigned long address, struct kapi_mapping *found, int *error);
void host_mapping_remove(const struct kapi_mapping *mapping); /* errors do not show; sleeps */

/*
 * shmdt(2) for segments of the kernel's own, mapped before this module came.  -EINVAL: there is none, or
 * the kernel has no such thing or does not let us call it.  Sleeps.
 */
long host_mapping_detach_builtin(unsigned long address);

/*
 * Between the two, no other thread of this process detaches, and no other process waits for it.
 * NULL: nobody else runs in this address space, so that there is nothing to end; or *@error, else 0, is
 * -EINTR: the process is being killed.  Sleeps.
 */
struct kapi_detaching;
struct kapi_detaching *host_mapping_detach_begin(int *error);
void host_mapping_detach_end(struct kapi_detaching *detaching);

KAPI_END

#endif
