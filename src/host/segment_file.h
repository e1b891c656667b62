/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations that src/host/segment.c and its self-test (segment_probe.c) share. */
#ifndef SYSVIPC_SRC_HOST_SEGMENT_FILE_H
#define SYSVIPC_SRC_HOST_SEGMENT_FILE_H

#include <linux/container_of.h>
#include <linux/mm.h>

struct file;

/* True if segment.c created @file. */
bool is_segment_file(const struct file *file);

/* The kernel's operations that one kind of segment uses. */
struct watched_operations {
	struct vm_operations_struct operations; /* the kernel's, with a few replaced (segment.c) */
	const struct vm_operations_struct *base;
	const struct file_operations *files; /* NULL: not probed yet, or not usable */
};

static inline const struct vm_operations_struct *base_of_mapping(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_ops, struct watched_operations, operations)->base;
}

/* Our "open" and "close". */
void segment_mapping_opened(struct vm_area_struct *vma);
void segment_mapping_closed(struct vm_area_struct *vma);

/*
 * Opens another file on the inode of @base, as alloc_file_clone(), which is not exported, would do, but
 * without operations, which the caller sets.  Uses O_PATH: asks no security module and takes no write
 * access.  Returns an ERR_PTR() on failure.  Sleeps.
 */
struct file *open_beside(struct file *base, unsigned int flags);

/*
 * Maps @size bytes of @base, a file of a segment's kind, in the current process as segments are mapped,
 * touches a page if @touch, and unmaps it.  Fills in @watched, and uses it for the mapping.  -EOPNOTSUPP: the
 * kernel does not behave as expected (the log gives the reason), and @watched is not usable.  -ENOMEM, or
 * -errno of do_mmap().  Sleeps.
 */
int borrow_mapping(struct file *base, unsigned long size, bool touch,
		   struct watched_operations *watched);

#endif
