// SPDX-License-Identifier: GPL-2.0
/*
 * host: self-test of the operations used from shmem and hugetlbfs (contracts: segment_file.h), with a mapping
 * in the process that loads the module.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "segment_file.h"
#include "../kapi/renamed.h"
#include "../kapi/unlisted.h"
#include <kapi/module.h>

/* A second file on an inode of shmem or hugetlbfs, and its one mapping. */
struct trial {
	struct file *base;
	struct watched_operations *watched;
	/* Under the mmap lock of the probing process. */
	bool is_borrowed;
	unsigned int closed;
};

static void trial_closed(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *base = base_of_mapping(vma);
	struct trial *trial = vma->vm_file->private_data;

	if (base->close)
		base->close(vma);
	trial->closed++;
}

/*
 * Copies the kernel's operations for the mapping and gives the mapping the copy; keeps the mapping
 * out of a concurrent fork.
 */
static int trial_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct trial *trial = file->private_data;
	struct watched_operations *watched = trial->watched;
	int error = vfs_mmap(trial->base, vma);

	if (error || vma->vm_file != file || !vma->vm_ops || !vma->vm_ops->fault)
		return error;
	watched->base = vma->vm_ops;
	watched->operations = *vma->vm_ops;
	watched->operations.close = trial_closed;
#ifdef KERNEL_HAS_UFFD_OPS
	watched->operations.uffd_ops = NULL; /* userfaultfd(2) does not accept attachments */
#endif
	vma->vm_ops = &watched->operations;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_set(vma, VM_DONTCOPY);
#else
	vma->vm_flags |= VM_DONTCOPY;
#endif
	trial->is_borrowed = true;
	return 0;
}

static unsigned long trial_get_unmapped_area(struct file *file, unsigned long address,
					     unsigned long length, unsigned long page_offset,
					     unsigned long flags)
{
	struct file *base = ((struct trial *)file->private_data)->base;

	return base->f_op->get_unmapped_area(base, address, length, page_offset, flags);
}

static const struct file_operations trial_operations = {
	.mmap = trial_mmap,
	.get_unmapped_area = trial_get_unmapped_area,
};

static int unexpected(struct file *file, const char *what)
{
	kapi_log_error("%s self-test failed: %s", file_inode(file)->i_sb->s_type->name, what);
	return -EOPNOTSUPP;
}

/* Checks that the page at @address is the only page of @file, and keeps a value written to it. */
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

/* If the mapping stays, as the process is being killed, it must no longer refer to the module. */
static int unmap(unsigned long address, unsigned long size,
		 const struct watched_operations *watched)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int error = UNLISTED(vm_munmap)(address, size);

	if (!error)
		return 0;
	mmap_write_lock(mm);
	vma = find_vma(mm, address);
	if (vma && vma->vm_ops == &watched->operations)
		vma->vm_ops = watched->base;
	mmap_write_unlock(mm);
	return error;
}

static int try_mapping(struct file *file, unsigned long size, bool touch)
{
	struct trial *trial = file->private_data;
	unsigned long address = UNLISTED(vm_mmap)(file, 0, size, PROT_READ | PROT_WRITE,
						  MAP_SHARED | MAP_NORESERVE, 0);
	int error = 0;

	if (IS_ERR_VALUE(address))
		return (int)address;
	if (!trial->is_borrowed)
		error = unexpected(trial->base, "no operations of a mapping");
	else if (touch)
		error = try_page(file, address);
	error = unmap(address, size, trial->watched) ?: error;
	if (!error && trial->closed != 1)
		error = unexpected(trial->base, "unmapping is not reported");
	return error;
}

static bool can_be_mapped(const struct file_operations *operations)
{
#ifdef KERNEL_HAS_VFS_MMAP
	if (operations->mmap_prepare)
		return true;
#endif
	return operations->mmap;
}

int borrow_mapping(struct file *base, unsigned long size, bool touch,
		   struct watched_operations *watched)
{
	struct trial trial = { .base = base, .watched = watched };
	const struct file_operations *none;
	struct file *file;
	int error;

	if (base->f_op != file_inode(base)->i_fop || !can_be_mapped(base->f_op) ||
	    !base->f_op->get_unmapped_area)
		return unexpected(base, "no operations that map");
	file = open_beside(base, O_RDWR);
	if (IS_ERR(file))
		return PTR_ERR(file);
	none = file->f_op;
	file->f_op = &trial_operations;
	file->private_data = &trial;
	error = try_mapping(file, size, touch);
	file->f_op = none; /* the kernel closes the file later, possibly after unloading */
	fput(file);
	if (error)
		return error;
	watched->operations.open = segment_mapping_opened;
	watched->operations.close = segment_mapping_closed;
	watched->files = base->f_op;
	return 0;
}
