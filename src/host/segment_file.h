/* SPDX-License-Identifier: GPL-2.0 */
/* What src/host/segment.c and its self-test (segment_probe.c) share. */
#ifndef SYSVIPC_SRC_HOST_SEGMENT_FILE_H
#define SYSVIPC_SRC_HOST_SEGMENT_FILE_H

#include <linux/container_of.h>
#include <linux/mm.h>

struct file;

/* Whether a file is one that segment.c made. */
bool is_segment_file(const struct file *file);

/* What one kind of segment lends us. */
struct watched_operations {
	struct vm_operations_struct operations; /* the kernel's, but for "open" and "close" */
	const struct vm_operations_struct *base;
	const struct file_operations *files; /* NULL: not tried out yet, or not fit for us */
};

static inline const struct vm_operations_struct *base_of_mapping(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_ops, struct watched_operations, operations)->base;
}

/* The two that are not the kernel's. */
void segment_mapping_opened(struct vm_area_struct *vma);
void segment_mapping_closed(struct vm_area_struct *vma);

/*
 * Maps @file, of a kind that segments shall be of, @size bytes in the current process, touches a page if that
 * is wanted, and unmaps it: all of it by @watched, which is filled in for that.  -EOPNOTSUPP: the kernel does
 * something else than what is expected of it, and the log says what; @watched is not fit then.  -ENOMEM, or
 * -errno as do_mmap() has it.  Sleeps.
 */
int borrow_mapping(struct file *file, unsigned long size, bool touch,
		   struct watched_operations *watched);

#endif
