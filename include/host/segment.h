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
 * What is asked of a segment, and told to it, by the files that map it.  Implemented by the C++ side
 * (src/shm), which link-time optimisation joins with the callers.
 */
/* Its own file; somebody maps the segment, or is about to. */
struct kapi_file *sysvipc_segment_file(void *segment) KAPI_NOEXCEPT;
/* A mapping is about to be made; 0, or -errno to refuse it.  Under the mmap lock. */
int sysvipc_segment_mapping(void *segment) KAPI_NOEXCEPT;
/* A fork or a split made one more. */
void sysvipc_segment_mapped(void *segment) KAPI_NOEXCEPT;
/* One is gone. */
void sysvipc_segment_unmapped(void *segment) KAPI_NOEXCEPT;
/* A file is gone, and refers to @segment no longer. */
void sysvipc_segment_released(void *segment) KAPI_NOEXCEPT;

/* Looks for what the kernel does not export.  -ENOMEM; sleeps. */
int host_segments_start(void);
/*
 * Maps a segment of each kind in the memory of the calling process, and looks whether the kernel does with
 * it what it is expected to; only then can segments be mapped.  While the module is being loaded; after start.
 * -EOPNOTSUPP: it does not (the log says what), for huge pages: can_be_huge() is false from now on;
 * -ENOMEM, or -errno as do_mmap() has it.  Sleeps.
 */
int host_segments_probe(void);
/* Whether the kernel has what the locking of segments takes, and lets us find it. */
bool host_segments_can_be_locked(void);
/* The same of huge pages (hugetlbfs). */
bool host_segments_can_be_huge(void);

/*
 * A segment's own file: @size bytes, all zero, in no directory.
 * NULL: *@error is -errno (-ENOMEM, -ENFILE, ...).  @no_reserve: pages are charged to the overcommit
 * limit when they are first used.  Sleeps.
 */
struct kapi_file *host_segment_create(const char *name, kapi_size size, bool no_reserve,
				      int *error);
/*
 * Of huge pages of 1 << @size_log bytes, 0: the usual ones.  -EINVAL: there are no such.
 * Precondition: can_be_huge().
 */
struct kapi_file *host_segment_create_huge(const char *name, kapi_size size, bool no_reserve,
					   kapi_u32 size_log, int *error);
/*
 * Another file of the pages of @own, which @segment has: this one can be mapped, and tells.  It pins
 * the module until it is gone.  -ENOSYS: the module is about to go.  Sleeps.
 */
struct kapi_file *host_segment_open(struct kapi_file *own, bool writable, void *segment,
				    int *error);
void host_file_get(struct kapi_file *file);
void host_file_put(struct kapi_file *file); /* the last one frees the pages, a little later */

kapi_u64 host_segment_size(struct kapi_file *file); /* bytes, in whole pages where they are huge */
/* In pages of the usual size: those in memory, those in swap. */
void host_segment_usage(struct kapi_file *file, kapi_u64 *resident, kapi_u64 *swapped);

/*
 * Keeps the pages in memory, charged to the caller, or lets them go again; does not sleep.
 * NULL from lock: more than RLIMIT_MEMLOCK allows.  Precondition of the three: can_be_locked().
 */
struct kapi_ucounts *host_segment_lock(struct kapi_file *file);
void host_segment_unlock(struct kapi_file *file, struct kapi_ucounts *charged);
void host_segment_make_evictable(struct kapi_file *file); /* after unlock; sleeps */

KAPI_END

#endif
