// SPDX-License-Identifier: GPL-2.0
/*
 * host: files whose pages form a shared memory segment (contracts: include/host/segment.h).
 *
 * A segment's own file is created by shmem or hugetlbfs.  Processes map other files of the same inode,
 * whose operations are ours: they forward to those of the segment's own file and report every mapping
 * created or removed.  The vm_operations of a mapping are a copy of those of shmem or hugetlbfs, except
 * "open", "close" and "uffd_ops".  The copies are made when the module is loaded, from a trial mapping, and
 * are read-only afterwards.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/version.h>

#include "segment_file.h"
#include "../kapi/renamed.h"
#include "../kapi/shim.h"
#include "../kapi/unlisted.h"
#include "symbol.h"
#include <host/segment.h>

#define FILE(handle) ((struct file *)(handle))

/* Functions that the kernel does not export, if they were found (symbol.h). */
DEFINE_FOUND(int, shmem_lock, struct file *file, int lock, struct ucounts *ucounts);
DEFINE_FOUND_VOID(shmem_unlock_mapping, struct address_space *mapping);
static bool can_lock;

/* --- mappings */

static struct watched_operations ordinary_mapping __ro_after_init;
#ifdef CONFIG_HUGETLBFS
static struct watched_operations huge_mapping __ro_after_init;
#endif

void segment_mapping_opened(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *base = base_of_mapping(vma);

	if (base->open)
		base->open(vma);
	sysvipc_segment_mapped(vma->vm_file->private_data);
}

void segment_mapping_closed(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *base = base_of_mapping(vma);

	if (base->close)
		base->close(vma);
	sysvipc_segment_unmapped(vma->vm_file->private_data);
}

/* --- files: the operations forward to the segment's own file */

static struct file *base_file(struct file *file)
{
	return FILE(sysvipc_segment_file(file->private_data));
}

static const struct file_operations *base_operations(struct file *file)
{
	return file_inode(file)->i_fop;
}

static bool is_huge(struct file *file)
{
	return file_inode(file)->i_sb->s_magic == HUGETLBFS_MAGIC;
}

static const struct watched_operations *watched_operations_of(struct file *file)
{
#ifdef CONFIG_HUGETLBFS
	if (is_huge(file))
		return &huge_mapping;
#endif
	return &ordinary_mapping;
}

/* Makes the kernel report the mapping to us. */
static int watch_mapping(struct vm_area_struct *vma, const struct watched_operations *watched)
{
	if (WARN_ON_ONCE(vma->vm_ops != watched->base)) {
		if (vma->vm_ops && vma->vm_ops->close)
			vma->vm_ops->close(vma);
		return -ENODEV;
	}
	vma->vm_ops = &watched->operations;
	return 0;
}

static int segment_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct watched_operations *watched = watched_operations_of(file);
	int error;

	error = sysvipc_segment_mapping(file->private_data);
	if (error)
		return error;
	error = base_file(file)->f_op == watched->files ? vfs_mmap(base_file(file), vma) : -ENODEV;
	if (!error)
		error = watch_mapping(vma, watched);
	if (error)
		sysvipc_segment_unmapped(file->private_data);
	return error;
}

static int segment_release(struct inode *inode, struct file *file)
{
	sysvipc_segment_released(file->private_data);
	return 0;
}

static int segment_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	if (!base_operations(file)->fsync) /* shmem without tmpfs */
		return -EINVAL;
	return base_operations(file)->fsync(file, start, end, datasync);
}

static long segment_fallocate(struct file *file, int mode, loff_t offset, loff_t length)
{
	if (!base_operations(file)->fallocate) /* shmem without tmpfs, or ramfs instead */
		return -EOPNOTSUPP;
	return base_operations(file)->fallocate(file, mode, offset, length);
}

static unsigned long segment_get_unmapped_area(struct file *file, unsigned long address,
					       unsigned long length, unsigned long page_offset,
					       unsigned long flags)
{
	struct file *base = base_file(file); /* shmem checks that the file is one of its own */

	if (base->f_op != watched_operations_of(file)->files)
		return -ENODEV;
	return base->f_op->get_unmapped_area(base, address, length, page_offset, flags);
}

#define SEGMENT_OPERATIONS                                                                         \
	.owner = THIS_MODULE, .mmap = segment_mmap, .release = segment_release,                    \
	.fsync = segment_fsync, .fallocate = segment_fallocate,                                    \
	.get_unmapped_area = segment_get_unmapped_area, .llseek = noop_llseek

static const struct file_operations segment_operations = { SEGMENT_OPERATIONS };
static const struct file_operations huge_segment_operations = {
	SEGMENT_OPERATIONS,
#ifdef FOP_HUGE_PAGES
	.fop_flags = FOP_HUGE_PAGES,
#endif
};

bool is_segment_file(const struct file *file)
{
	return file->f_op == &segment_operations || file->f_op == &huge_segment_operations;
}

static struct kapi_file *file_or_error(struct file *file, int *error)
{
	if (IS_ERR(file)) {
		*error = PTR_ERR(file);
		return NULL;
	}
	return (struct kapi_file *)file;
}

/* Since 7.0 both file systems take a structure of flags instead of a word. */
#ifdef mk_vma_flags
#define TAKES_STRUCTURE                                                                            \
	__builtin_types_compatible_p(typeof(shmem_file_setup),                                     \
				     struct file *(const char *, loff_t, vma_flags_t))
#define ACCOUNTING(no_reserve)                                                                     \
	__builtin_choose_expr(TAKES_STRUCTURE,                                                     \
			      (no_reserve) ? mk_vma_flags(VMA_NORESERVE_BIT) : EMPTY_VMA_FLAGS,    \
			      (no_reserve) ? VM_NORESERVE : 0)
typedef typeof(__builtin_choose_expr(TAKES_STRUCTURE, EMPTY_VMA_FLAGS, (vm_flags_t)0)) accounting_t;
#else
#define ACCOUNTING(no_reserve) ((no_reserve) ? VM_NORESERVE : 0)
typedef vm_flags_t accounting_t;
#endif

struct kapi_file *host_segment_create(const char *name, kapi_size size, bool no_reserve, int *error)
{
	struct file *file = shmem_file_setup(name, size, ACCOUNTING(no_reserve));

	if (!IS_ERR(file)) /* security modules check the segment, not its file */
		file_inode(file)->i_flags |= S_PRIVATE;
	return file_or_error(file, error);
}

#ifdef CONFIG_HUGETLBFS
DEFINE_FOUND(struct file *, hugetlb_file_setup, const char *name, size_t size,
	     accounting_t accounting, int mode, int size_log);
static bool can_be_huge;
/* The default size is a boot option that no exported symbol shows, but a file of that size does. */
static unsigned long usual_huge_page = HPAGE_SIZE;

struct kapi_file *host_segment_create_huge(const char *name, kapi_size size, bool no_reserve,
					   kapi_u32 size_log, int *error)
{
	struct file *file;

	for (;;) {
		unsigned long page = size_log ? 1UL << size_log : READ_ONCE(usual_huge_page);

		file = static_call(found_hugetlb_file_setup)(name, ALIGN(size, page),
							     ACCOUNTING(no_reserve),
							     HUGETLB_SHMFS_INODE, size_log);
		if (IS_ERR(file) || huge_page_size(hstate_inode(file_inode(file))) == page)
			break;
		WRITE_ONCE(usual_huge_page, huge_page_size(hstate_inode(file_inode(file))));
		fput(file);
	}
	if (file == ERR_PTR(-ENODEV))
		file = ERR_PTR(-EINVAL);
	return file_or_error(file, error);
}
#else
struct kapi_file *host_segment_create_huge(const char *name, kapi_size size, bool no_reserve,
					   kapi_u32 size_log, int *error)
{
	return file_or_error(ERR_PTR(-EINVAL), error);
}
#endif

struct file *open_beside(struct file *base, unsigned int flags)
{
	struct file *file =
		UNLISTED(dentry_open)(&base->f_path, O_PATH | O_LARGEFILE, current_cred());

	if (!IS_ERR(file)) {
		file->f_flags = flags | O_LARGEFILE;
		/* Only the kernel, which created the file, uses the other bits. */
		file->f_mode &= ~FMODE_PATH;
		file->f_mode |= FMODE_LSEEK | OPEN_FMODE(file->f_flags);
	}
	return file;
}

struct kapi_file *host_segment_open(struct kapi_file *own, bool writable, void *segment, int *error)
{
	struct file *file = open_beside(FILE(own), writable ? O_RDWR : O_RDONLY);

	if (!IS_ERR(file) && !writable)
		i_readcount_inc(file_inode(file)); /* fput() decrements it */
	if (!IS_ERR(file) && !try_module_get(THIS_MODULE)) {
		fput(file);
		file = ERR_PTR(-ENOSYS);
	}
	if (!IS_ERR(file)) {
		file->f_op = is_huge(file) ? &huge_segment_operations : &segment_operations;
		file->private_data = segment;
	}
	return file_or_error(file, error);
}

KAPI_SHIM void host_file_get(struct kapi_file *file)
{
	get_file(FILE(file));
}

KAPI_SHIM void host_file_put(struct kapi_file *file)
{
	fput(FILE(file));
}

KAPI_SHIM kapi_u64 host_segment_size(struct kapi_file *file)
{
	return i_size_read(file_inode(FILE(file)));
}

void host_segment_usage(struct kapi_file *file, kapi_u64 *resident, kapi_u64 *swapped)
{
	struct inode *inode = file_inode(FILE(file));

	*resident = READ_ONCE(inode->i_mapping->nrpages);
	*swapped = 0;
	if (is_huge(FILE(file))) {
#if defined(CONFIG_HUGETLBFS) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
		*resident *= pages_per_huge_page(hstate_inode(inode));
#endif
		return;
	}
	if (IS_ENABLED(CONFIG_SHMEM))
		*swapped = READ_ONCE(SHMEM_I(inode)->swapped);
}

struct kapi_ucounts *host_segment_lock(struct kapi_file *file)
{
	struct ucounts *ucounts = current_ucounts();

	if (static_call(found_shmem_lock)(FILE(file), 1, ucounts))
		return NULL;
	return (struct kapi_ucounts *)ucounts;
}

void host_segment_unlock(struct kapi_file *file, struct kapi_ucounts *charged)
{
	(void)static_call(found_shmem_lock)(FILE(file), 0, (struct ucounts *)charged);
}

void host_segment_make_evictable(struct kapi_file *file)
{
	static_call_cond(found_shmem_unlock_mapping)(FILE(file)->f_mapping);
}

bool host_segments_can_be_locked(void)
{
	return can_lock;
}

bool host_segments_can_be_huge(void)
{
#ifdef CONFIG_HUGETLBFS
	return can_be_huge;
#else
	return false;
#endif
}

/* Both file systems report -ENOSPC if there is no memory for an inode. */
static int no_file(const struct file *file)
{
	return PTR_ERR(file) == -ENOSPC ? -ENOMEM : PTR_ERR(file);
}

static int probe_ordinary(void)
{
	struct file *file = shmem_file_setup("sysvipc", PAGE_SIZE, ACCOUNTING(false));
	int error;

	if (IS_ERR(file))
		return no_file(file);
	file_inode(file)->i_flags |= S_PRIVATE;
	error = borrow_mapping(file, PAGE_SIZE, true, &ordinary_mapping);
	fput(file);
	return error;
}

#ifdef CONFIG_HUGETLBFS
static int probe_huge(void)
{
	/* As for MAP_HUGETLB, which needs no privilege; does not reserve a page, as there may be none. */
	struct file *file = static_call(found_hugetlb_file_setup)(
		"sysvipc", HPAGE_SIZE, ACCOUNTING(true), HUGETLB_ANONHUGE_INODE, 0);
	int error;

	if (IS_ERR(file)) /* the machine has no such pages: segments cannot have them */
		return no_file(file) == -ENOMEM ? -ENOMEM : 0;
	file_inode(file)->i_flags |= S_PRIVATE;
	/* A segment rounded to too large a guess could fail for want of pages. */
	WRITE_ONCE(usual_huge_page, huge_page_size(hstate_file(file)));
	error = borrow_mapping(file, usual_huge_page, false, &huge_mapping);
	fput(file);
	can_be_huge = error != -EOPNOTSUPP;
	return can_be_huge ? error : 0;
}
#endif

int host_segments_probe(void)
{
	int error = probe_ordinary();

#ifdef CONFIG_HUGETLBFS
	if (!error && can_be_huge)
		error = probe_huge();
#endif
	return error;
}

int host_segments_start(void)
{
	struct unexported_symbol symbols[] = {
		{ "shmem_lock" },
		{ "shmem_unlock_mapping" },
		{ "hugetlb_file_setup" },
	};
	int error = symbols_find(symbols, ARRAY_SIZE(symbols));

	if (error)
		return error;
	can_lock = symbols[0].address && symbols[1].address;
	if (can_lock) {
		static_call_update(found_shmem_lock, (typeof(&shmem_lock))symbols[0].address);
		static_call_update(found_shmem_unlock_mapping,
				   (typeof(&shmem_unlock_mapping))symbols[1].address);
	}
#ifdef CONFIG_HUGETLBFS
	can_be_huge = symbols[2].address;
	if (can_be_huge)
		static_call_update(found_hugetlb_file_setup,
				   (typeof(&hugetlb_file_setup))symbols[2].address);
#endif
	return 0;
}
