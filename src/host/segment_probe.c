// SPDX-License-Identifier: GPL-2.0
/*
 * host: self-test of what the module borrows from shmem and hugetlbfs (contracts: segment_file.h), with a
 * mapping in the process that loads the module.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "segment_file.h"
#include <kapi/module.h>

static unsigned int probes_closed; /* under the mmap lock of the probing process */

static void probe_closed(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *base = base_of_mapping(vma);

	if (base->close)
		base->close(vma);
	probes_closed++;
}

static int unexpected(struct file *file, const char *what)
{
	kapi_log_error("%s is not as it is expected: %s", file_inode(file)->i_sb->s_type->name,
		       what);
	return -EOPNOTSUPP;
}

/*
 * Copies the kernel's operations for the mapping at @address and gives the mapping the copy; keeps
 * the mapping out of a concurrent fork.
 */
static bool borrow_operations(struct file *file, unsigned long address,
			      struct watched_operations *watched)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool are_there;

	mmap_write_lock(mm);
	vma = find_vma(mm, address);
	are_there = vma && vma->vm_file == file && vma->vm_ops && vma->vm_ops->fault;
	if (are_there) {
		watched->base = vma->vm_ops;
		watched->operations = *vma->vm_ops;
		watched->operations.close = probe_closed;
		vma->vm_ops = &watched->operations;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
		vm_flags_set(vma, VM_DONTCOPY);
#else
		vma->vm_flags |= VM_DONTCOPY;
#endif
	}
	mmap_write_unlock(mm);
	return are_there;
}

/* Checks that the page at @address is the only page of @file, and stores what is written. */
static int try_page(struct file *file, unsigned long address)
{
	const unsigned long written = 0x5359535649504331;
	unsigned long read = 0;

	if (put_user(written, (unsigned long __user *)address) ||
	    get_user(read, (unsigned long __user *)address))
		return -ENOMEM;
	if (read != written || READ_ONCE(file->f_mapping->nrpages) != 1)
		return unexpected(file, "a page is not shared");
	return 0;
}

static int try_operations(struct file *file, unsigned long address, bool touch,
			  struct watched_operations *watched)
{
	if (!borrow_operations(file, address, watched))
		return unexpected(file, "no operations of a mapping");
	return touch ? try_page(file, address) : 0;
}

/* If it cannot be unmapped, as the process is being killed, it must no longer refer to us. */
static int unmap(unsigned long address, unsigned long size,
		 const struct watched_operations *watched)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int error = vm_munmap(address, size);

	if (!error)
		return 0;
	mmap_write_lock(mm);
	vma = find_vma(mm, address);
	if (vma && vma->vm_ops == &watched->operations)
		vma->vm_ops = watched->base;
	mmap_write_unlock(mm);
	return error;
}

int borrow_mapping(struct file *file, unsigned long size, bool touch,
		   struct watched_operations *watched)
{
	unsigned long address;
	int error;

	/* Later kernels prepare a mapping in another way. */
	if (file->f_op != file_inode(file)->i_fop || !file->f_op->mmap ||
	    !file->f_op->get_unmapped_area)
		return unexpected(file, "no operations that map");
	address = vm_mmap(file, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, 0);
	if (IS_ERR_VALUE(address))
		return (int)address;
	probes_closed = 0;
	error = try_operations(file, address, touch, watched);
	error = unmap(address, size, watched) ?: error;
	if (error)
		return error;
	if (probes_closed != 1)
		return unexpected(file, "nothing tells of the end of a mapping");
	watched->operations.open = segment_mapping_opened;
	watched->operations.close = segment_mapping_closed;
	watched->files = file->f_op;
	return 0;
}
