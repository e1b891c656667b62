// SPDX-License-Identifier: GPL-2.0
/* kapi: where files stand in the memory of a process (contracts: include/kapi/mapping.h). */
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/syscalls.h>

#include "segment_file.h"
#include "shim.h"
#include "symbol.h"
#include <kapi/mapping.h>

KAPI_SHIM long kapi_mapping_create(struct kapi_file *opened, unsigned long inode_number,
				   unsigned long address, unsigned long protection,
				   unsigned long flags)
{
	struct file *file = (struct file *)opened;

	WRITE_ONCE(file_inode(file)->i_ino, inode_number);
	return vm_mmap(file, address, i_size_read(file_inode(file)), protection, flags, 0);
}

bool kapi_mapping_overlaps(unsigned long start, unsigned long end)
{
	bool overlaps;

	mmap_read_lock(current->mm);
	overlaps = find_vma_intersection(current->mm, start, end);
	mmap_read_unlock(current->mm);
	return overlaps;
}

bool kapi_mapping_find(unsigned long address, struct kapi_mapping *found, int *error)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	*error = mmap_read_lock_killable(mm);
	if (*error)
		return false;
	vma = find_vma(mm, address);
	while (vma && !(vma->vm_file && is_segment_file(vma->vm_file)))
		vma = find_vma(mm, vma->vm_end);
	if (vma) {
		found->start = vma->vm_start;
		found->end = vma->vm_end;
		found->page_offset = vma->vm_pgoff;
		found->file = vma->vm_file;
		found->file_size = i_size_read(file_inode(vma->vm_file));
	}
	mmap_read_unlock(mm);
	return vma;
}

void kapi_mapping_remove(const struct kapi_mapping *mapping)
{
	vm_munmap(mapping->start, mapping->end - mapping->start);
}

/*
 * One for each process would need a place in it: some for all.  The kernel exports nothing that
 * unmaps under a lock of the caller's, so that between looking and unmapping there must be another.
 */
#define DETACH_LOCK_BITS 5
/* The kernel's own shmdt(2), where it has that, and it could be found. */
DEFINE_STATIC_CALL_RET0(found_shmdt, ksys_shmdt);
static bool has_shmdt;
static struct mutex detach_locks[1 << DETACH_LOCK_BITS];

int kapi_mappings_start(void)
{
	struct unexported_symbol symbols[] = { { "ksys_shmdt" } };
	int error = symbols_find(symbols, ARRAY_SIZE(symbols));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(detach_locks); i++)
		mutex_init(&detach_locks[i]);
	has_shmdt = symbols[0].address;
	if (has_shmdt)
		static_call_update(found_shmdt, (typeof(&ksys_shmdt))symbols[0].address);
	return error;
}

long kapi_mapping_detach_builtin(unsigned long address)
{
	return has_shmdt ? static_call(found_shmdt)((char __user *)address) : -EINVAL;
}

static struct mutex *detach_lock(void)
{
	return &detach_locks[hash_ptr(current->mm, DETACH_LOCK_BITS)];
}

int kapi_mapping_detach_begin(void)
{
	return mutex_lock_killable(detach_lock());
}

void kapi_mapping_detach_end(void)
{
	mutex_unlock(detach_lock());
}
