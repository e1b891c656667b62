// SPDX-License-Identifier: GPL-2.0
/* host: mappings of segments in a process (contracts: include/host/mapping.h). */
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/syscalls.h>

#include "segment_file.h"
#include "../kapi/shim.h"
#include "../kapi/unlisted.h"
#include "symbol.h"
#include <host/mapping.h>

KAPI_SHIM long host_mapping_create(struct kapi_file *opened, unsigned long inode_number,
				   unsigned long address, unsigned long protection,
				   unsigned long flags)
{
	struct file *file = (struct file *)opened;

	WRITE_ONCE(file_inode(file)->i_ino, inode_number);
	return UNLISTED(vm_mmap)(file, address, i_size_read(file_inode(file)), protection, flags,
				 0);
}

bool host_mapping_overlaps(unsigned long start, unsigned long end)
{
	bool overlaps;

	if (mmap_read_lock_killable(current->mm))
		return false;
	overlaps = find_vma_intersection(current->mm, start, end);
	mmap_read_unlock(current->mm);
	return overlaps;
}

bool host_mapping_find(unsigned long address, struct kapi_mapping *found, int *error)
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

void host_mapping_remove(const struct kapi_mapping *mapping)
{
	UNLISTED(vm_munmap)(mapping->start, mapping->end - mapping->start);
}

/* The kernel's own shmdt(2), if it exists and was found. */
DEFINE_FOUND(long, ksys_shmdt, char __user *address);
static bool has_shmdt;

/*
 * The kernel exports no function that unmaps under the caller's mmap lock, so another lock, one per
 * address space, covers look-up and unmapping.  Its holder may wait indefinitely for the mmap lock,
 * which a page fault may hold.  No task waits under the spinlocks, which all processes share.
 */
struct kapi_detaching {
	struct rb_node node;
	const struct mm_struct *mm; /* exists: a task running in it refers to this entry */
	unsigned int users; /* tasks that hold the mutex or wait for it; under the table's lock */
	struct mutex mutex;
};

#define DETACH_TABLE_BITS 5
static struct detach_table {
	spinlock_t lock;
	struct rb_root by_mm;
} ____cacheline_aligned_in_smp detach_tables[1 << DETACH_TABLE_BITS];

int host_mappings_start(void)
{
	struct unexported_symbol symbols[] = { { "ksys_shmdt" } };
	int error = symbols_find(symbols, ARRAY_SIZE(symbols));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(detach_tables); i++) {
		spin_lock_init(&detach_tables[i].lock);
		detach_tables[i].by_mm = RB_ROOT;
	}
	has_shmdt = symbols[0].address;
	if (has_shmdt)
		static_call_update(found_ksys_shmdt, (typeof(&ksys_shmdt))symbols[0].address);
	return error;
}

long host_mapping_detach_builtin(unsigned long address)
{
	return has_shmdt ? static_call(found_ksys_shmdt)((char __user *)address) : -EINVAL;
}

static struct detach_table *detach_table_of(const struct mm_struct *mm)
{
	return &detach_tables[hash_ptr(mm, DETACH_TABLE_BITS)];
}

static int compare_mm(struct rb_node *left, const struct rb_node *right)
{
	const struct mm_struct *left_mm = rb_entry(left, struct kapi_detaching, node)->mm;
	const struct mm_struct *right_mm = rb_entry(right, struct kapi_detaching, node)->mm;

	return left_mm < right_mm ? -1 : left_mm > right_mm;
}

/* The current process's entry; @fresh if there was none. */
static struct kapi_detaching *join_detaching(struct kapi_detaching *fresh)
{
	struct detach_table *table = detach_table_of(fresh->mm);
	struct rb_node *found;
	struct kapi_detaching *detaching;

	spin_lock(&table->lock);
	found = rb_find_add(&fresh->node, &table->by_mm, compare_mm);
	detaching = found ? rb_entry(found, struct kapi_detaching, node) : fresh;
	detaching->users++;
	spin_unlock(&table->lock);
	return detaching;
}

static void leave_detaching(struct kapi_detaching *detaching)
{
	struct detach_table *table = detach_table_of(detaching->mm);
	bool is_last;

	spin_lock(&table->lock);
	is_last = --detaching->users == 0;
	if (is_last)
		rb_erase(&detaching->node, &table->by_mm);
	spin_unlock(&table->lock);
	if (is_last)
		kfree(detaching);
}

/* Only tasks that run in an address space, and tasks that they create there, unmap anything in it. */
static bool is_alone(void)
{
	return atomic_read(&current->mm->mm_users) == 1;
}

static struct kapi_detaching *wait_for_others(int *error)
{
	/* shmdt(2) has no ENOMEM. */
	struct kapi_detaching *fresh = kmalloc(sizeof(*fresh), GFP_KERNEL | __GFP_NOFAIL);
	struct kapi_detaching *detaching;

	fresh->mm = current->mm;
	fresh->users = 0;
	mutex_init(&fresh->mutex);
	detaching = join_detaching(fresh);
	if (detaching != fresh)
		kfree(fresh);
	*error = mutex_lock_killable(&detaching->mutex);
	if (*error) {
		leave_detaching(detaching);
		return NULL;
	}
	return detaching;
}

struct kapi_detaching *host_mapping_detach_begin(int *error)
{
	*error = 0;
	return is_alone() ? NULL : wait_for_others(error);
}

void host_mapping_detach_end(struct kapi_detaching *detaching)
{
	mutex_unlock(&detaching->mutex);
	leave_detaching(detaching);
}
