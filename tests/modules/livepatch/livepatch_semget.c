// SPDX-License-Identifier: GPL-2.0
/* A live patch of semget(2), which makes it fail with EXDEV. */
#include <linux/errno.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/ptrace.h>

static long patched_semget(const struct pt_regs* regs)
{
    return -EXDEV;
}

static struct klp_func functions[] = {
    { .old_name = "__x64_sys_semget", .new_func = patched_semget },
    {},
};
static struct klp_object objects[] = { { .funcs = functions }, {} };
static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects };

static int __init livepatch_semget_init(void)
{
    return klp_enable_patch(&patch);
}

/* Reached only after the patch has been disabled. */
static void __exit livepatch_semget_exit(void) { }

module_init(livepatch_semget_init);
module_exit(livepatch_semget_exit);
MODULE_DESCRIPTION("A live patch of semget(2)");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
