/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: files whose pages form a shared memory segment.
 * Kernel source: <linux/shmem_fs.h>, <linux/hugetlb.h>, <linux/fs.h>.
 */
#ifndef SYSVIPC_HOST_SEGMENT_H
#define SYSVIPC_HOST_SEGMENT_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_file;
struct kapi_ucounts;

/*
 * Called by the files of a segment.  Implemented by the C++ side (src/shm); link-time optimisation can
 * inline them.
 */
/* Returns the segment's own file.  Called while the segment is mapped, or before it is mapped. */
struct kapi_file *sysvipc_segment_file(void *segment) KAPI_NOEXCEPT;
/* Called before a mapping is created; returns 0, or -errno to refuse it.  Under the mmap lock. */
int sysvipc_segment_mapping(void *segment) KAPI_NOEXCEPT;
/* Called when a fork or a split has duplicated a mapping. */
void sysvipc_segment_mapped(void *segment) KAPI_NOEXCEPT;
/* Called when a mapping is removed. */
void sysvipc_segment_unmapped(void *segment) KAPI_NOEXCEPT;
/* Called when a file is released and no longer refers to @segment. */
void sysvipc_segment_released(void *segment) KAPI_NOEXCEPT;

/* Finds functions that the kernel does not export.  -ENOMEM; sleeps. */
int host_segments_start(void);
/*
 * Maps a segment of each kind into the calling process and checks that the kernel handles it as
 * expected; segments cannot be mapped before that.  Called while loading, after start.
 * -EOPNOTSUPP: the kernel does not (the log gives the reason); for huge pages, can_be_huge() becomes
 * false instead.  -ENOMEM, or -errno of do_mmap().  Sleeps.
 */
int host_segments_probe(void);
/* True if the functions that lock segments in memory were found. */
bool host_segments_can_be_locked(void);
/* True if segments can have huge pages (hugetlbfs). */
bool host_segments_can_be_huge(void);

/*
 * Creates a segment's own file: @size zero bytes, in no directory.  NULL: *@error is -errno
 * (-ENOMEM, -ENFILE, ...).  @no_reserve: pages are charged to the overcommit limit when they are
 * first used.  Sleeps.
 */
struct kapi_file *host_segment_create(const char *name, kapi_size size, bool no_reserve,
				      int *error);
/*
 * host_segment_create() with huge pages of 1 << @size_log bytes (0: default size).  -EINVAL: no such
 * size.  Precondition: can_be_huge().
 */
struct kapi_file *host_segment_create_huge(const char *name, kapi_size size, bool no_reserve,
					   kapi_u32 size_log, int *error);
/*
 * Opens another file of the pages of @own, the file of @segment.  The new file can be mapped, reports its
 * mappings to @segment, and pins the module.  -ENOSYS: the module is being unloaded.  Sleeps.
 */
struct kapi_file *host_segment_open(struct kapi_file *own, bool writable, void *segment,
				    int *error);
void host_file_get(struct kapi_file *file);
void host_file_put(struct kapi_file *file); /* the last put frees the pages, asynchronously */

kapi_u64 host_segment_size(struct kapi_file *file); /* bytes; a multiple of the page size if huge */
/* Both in pages of the normal size. */
void host_segment_usage(struct kapi_file *file, kapi_u64 *resident, kapi_u64 *swapped);

/*
 * Locks the pages in memory, charged to the caller, or unlocks them; neither sleeps.  Lock returns NULL
 * beyond RLIMIT_MEMLOCK.  Precondition of all three: can_be_locked().
 */
struct kapi_ucounts *host_segment_lock(struct kapi_file *file);
void host_segment_unlock(struct kapi_file *file, struct kapi_ucounts *charged);
void host_segment_make_evictable(struct kapi_file *file); /* after unlock; sleeps */

KAPI_END

#endif
