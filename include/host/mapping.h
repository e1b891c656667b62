/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: mappings of segments in the calling process.  Kernel source: <linux/mm.h>.
 *
 * Functions that sleep may wait for the mmap lock of the process indefinitely: a page fault may hold the
 * lock until a process serves it (FUSE, userfaultfd).  The caller must hold no lock that other processes
 * need, and a pin.
 */
#ifndef SYSVIPC_HOST_MAPPING_H
#define SYSVIPC_HOST_MAPPING_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_file;

int host_mappings_start(void); /* call once, before all other functions here; -ENOMEM; sleeps */

/*
 * Maps a segment's file completely; /proc/PID/maps shows it with @inode_number.  @protection,
 * @flags: as for mmap(2).  Returns the address, or -errno of do_mmap().  Sleeps.
 */
long host_mapping_create(struct kapi_file *file, unsigned long inode_number, unsigned long address,
			 unsigned long protection, unsigned long flags);
/* True if anything is mapped in [@start, @end); false if the process is being killed.  Sleeps. */
bool host_mapping_overlaps(unsigned long start, unsigned long end);

/* One mapping of (a part of) a segment's file: its addresses, and its offset in the file. */
struct kapi_mapping {
	unsigned long start;
	unsigned long end;
	unsigned long page_offset;
	const void *file; /* for comparison only */
	unsigned long file_size;
};
/*
 * Finds the first mapping of a segment's file that ends above @address; false: none.  -EINTR in
 * *@error: the process is being killed.  Sleeps.
 */
bool host_mapping_find(unsigned long address, struct kapi_mapping *found, int *error);
void host_mapping_remove(const struct kapi_mapping *mapping); /* ignores errors; sleeps */

/*
 * shmdt(2) for the kernel's own segments, attached before this module was loaded.  -EINVAL: none is
 * attached there, or the kernel's function does not exist or was not found.  Sleeps.
 */
long host_mapping_detach_builtin(unsigned long address);

/*
 * Between begin and end no other thread of this process detaches; other processes do not wait.
 * NULL: no end needed, as no other task uses this address space (*@error is 0), or the process is being
 * killed (-EINTR).  Sleeps.
 */
struct kapi_detaching;
struct kapi_detaching *host_mapping_detach_begin(int *error);
void host_mapping_detach_end(struct kapi_detaching *detaching);

KAPI_END

#endif
