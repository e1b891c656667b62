// SPDX-License-Identifier: GPL-2.0
/* A live patch of msgget(2), which makes it fail with EXDEV. */
#include <linux/errno.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/ptrace.h>

static long patched_msgget(const struct pt_regs* regs)
{
    return -EXDEV;
}

static struct klp_func functions[] = {
    { .old_name = "__x64_sys_msgget", .new_func = patched_msgget },
    {},
};
static struct klp_object objects[] = { { .funcs = functions }, {} };
static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects };

static int __init livepatch_msgget_init(void)
{
    return klp_enable_patch(&patch);
}

/* Reached only after the patch has been disabled. */
static void __exit livepatch_msgget_exit(void) { }

module_init(livepatch_msgget_init);
module_exit(livepatch_msgget_exit);
MODULE_DESCRIPTION("A live patch of msgget(2)");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
