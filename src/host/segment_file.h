/* SPDX-License-Identifier: GPL-2.0 */
/* What src/host/segment.c and its self-test (segment_probe.c) share. */
#ifndef SYSVIPC_SRC_HOST_SEGMENT_FILE_H
#define SYSVIPC_SRC_HOST_SEGMENT_FILE_H

#include <linux/container_of.h>
#include <linux/mm.h>

struct file;

/* Whether segment.c created @file. */
bool is_segment_file(const struct file *file);

/* The operations that we borrow for one kind of segment. */
struct watched_operations {
	struct vm_operations_struct operations; /* the kernel's, but for a few (segment.c) */
	const struct vm_operations_struct *base;
	const struct file_operations *files; /* NULL: not probed yet, or not usable */
};

static inline const struct vm_operations_struct *base_of_mapping(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_ops, struct watched_operations, operations)->base;
}

/* The two exceptions. */
void segment_mapping_opened(struct vm_area_struct *vma);
void segment_mapping_closed(struct vm_area_struct *vma);

/*
 * Opens another file on the inode of @base, as alloc_file_clone(), which is not exported, would create
 * it, but for its operations: it has none, until the caller sets them.  O_PATH opens nothing: no security
 * module is asked, no write access is held.  An ERR_PTR() on failure.  Sleeps.
 */
struct file *open_beside(struct file *base, unsigned int flags);

/*
 * Maps @size bytes of @base, which is of the kind that segments shall have, in the current process,
 * touches a page if @touch, and unmaps it: all as segments are mapped, and through @watched, which is
 * filled in.  -EOPNOTSUPP: the kernel does not behave as expected (the log says how), and @watched is not
 * usable.  -ENOMEM, or -errno of do_mmap().  Sleeps.
 */
int borrow_mapping(struct file *base, unsigned long size, bool touch,
		   struct watched_operations *watched);

#endif
