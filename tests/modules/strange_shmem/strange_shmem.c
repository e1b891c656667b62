// SPDX-License-Identifier: GPL-2.0
/*
 * Changes shmem as a future kernel might, for files that are named "sysvipc": only at run time can the module see
 * how it maps.  The parameter "way" selects the change.
 */
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/version.h>

static char* way = "";
module_param(way, charp, 0444);
MODULE_PARM_DESC(way, "no_mmap, no_operations or own_pages");

static struct file_operations strange;

static vm_fault_t own_page(struct vm_fault* fault)
{
    fault->page = alloc_page(GFP_KERNEL | __GFP_ZERO);
    return fault->page ? 0 : VM_FAULT_OOM;
}

static const struct vm_operations_struct own_pages = { .fault = own_page };

static int map_without_operations(struct file* file, struct vm_area_struct* vma)
{
    return 0;
}

static int map_own_pages(struct file* file, struct vm_area_struct* vma)
{
    vma->vm_ops = &own_pages;
    return 0;
}

static int is_asked_for(struct kretprobe_instance* call, struct pt_regs* regs)
{
    return strcmp((const char*)regs_get_kernel_argument(regs, 0), "sysvipc") != 0;
}

static int make_strange(struct kretprobe_instance* call, struct pt_regs* regs)
{
    struct file* file = (struct file*)regs_return_value(regs);

    if (IS_ERR(file))
        return 0;
    strange = *file->f_op;
    strange.mmap = !strcmp(way, "no_operations") ? map_without_operations
        : !strcmp(way, "own_pages")              ? map_own_pages
                                                 : NULL;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
    strange.mmap_prepare = NULL;
#endif
    file->f_op = &strange;
    file_inode(file)->i_fop = &strange;
    return 0;
}

static struct kretprobe shmem_file_setup_probe = {
    .kp.symbol_name = "shmem_file_setup",
    .entry_handler = is_asked_for,
    .handler = make_strange,
};

static int __init strange_shmem_init(void)
{
    return register_kretprobe(&shmem_file_setup_probe);
}

static void __exit strange_shmem_exit(void)
{
    unregister_kretprobe(&shmem_file_setup_probe);
}

module_init(strange_shmem_init);
module_exit(strange_shmem_exit);
MODULE_DESCRIPTION("a shmem as no kernel has it");
MODULE_LICENSE("GPL");
