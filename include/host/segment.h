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
 * Called by the files of a segment.  Implemented by the C++ side (src/shm); link-time optimisation
 * joins them with their callers.
 */
/* Returns the segment's own file.  Called while the segment is mapped, or about to be. */
struct kapi_file *sysvipc_segment_file(void *segment) KAPI_NOEXCEPT;
/* A mapping is about to be created; returns 0, or -errno to refuse it.  Under the mmap lock. */
int sysvipc_segment_mapping(void *segment) KAPI_NOEXCEPT;
/* A fork or a split has duplicated a mapping. */
void sysvipc_segment_mapped(void *segment) KAPI_NOEXCEPT;
/* A mapping is gone. */
void sysvipc_segment_unmapped(void *segment) KAPI_NOEXCEPT;
/* A file is gone and no longer refers to @segment. */
void sysvipc_segment_released(void *segment) KAPI_NOEXCEPT;

/* Finds functions that the kernel does not export.  -ENOMEM; sleeps. */
int host_segments_start(void);
/*
 * Maps a segment of each kind into the calling process and checks that the kernel handles it as
 * expected; segments cannot be mapped before that.  Called while loading, after start.
 * -EOPNOTSUPP: it does not (the log says what); for huge pages, can_be_huge() becomes false
 * instead.  -ENOMEM, or -errno of do_mmap().  Sleeps.
 */
int host_segments_probe(void);
/* Whether the functions that lock segments in memory were found. */
bool host_segments_can_be_locked(void);
/* The same for huge pages (hugetlbfs). */
bool host_segments_can_be_huge(void);

/*
 * Creates a segment's own file: @size zero bytes, in no directory.  NULL: *@error is -errno
 * (-ENOMEM, -ENFILE, ...).  @no_reserve: pages are charged to the overcommit limit when they are
 * first used.  Sleeps.
 */
struct kapi_file *host_segment_create(const char *name, kapi_size size, bool no_reserve,
				      int *error);
/*
 * The same with huge pages of 1 << @size_log bytes (0: default size).  -EINVAL: no such size.
 * Precondition: can_be_huge().
 */
struct kapi_file *host_segment_create_huge(const char *name, kapi_size size, bool no_reserve,
					   kapi_u32 size_log, int *error);
/*
 * Opens another file on the pages of @own, the file of @segment: this one can be mapped, and
 * reports its mappings to @segment.  It pins the module.  -ENOSYS: the module is being unloaded.
 * Sleeps.
 */
struct kapi_file *host_segment_open(struct kapi_file *own, bool writable, void *segment,
				    int *error);
void host_file_get(struct kapi_file *file);
void host_file_put(struct kapi_file *file); /* the last one frees the pages, asynchronously */

kapi_u64 host_segment_size(struct kapi_file *file); /* bytes; a multiple of the page size if huge */
/* Both in pages of the normal size. */
void host_segment_usage(struct kapi_file *file, kapi_u64 *resident, kapi_u64 *swapped);

/*
 * Locks the pages in memory, charged to the caller, or unlocks them; neither sleeps.  Beyond
 * RLIMIT_MEMLOCK lock returns NULL.  Precondition of all three: can_be_locked().
 */
struct kapi_ucounts *host_segment_lock(struct kapi_file *file);
void host_segment_unlock(struct kapi_file *file, struct kapi_ucounts *charged);
void host_segment_make_evictable(struct kapi_file *file); /* after unlock; sleeps */

KAPI_END

#endif
