// SPDX-License-Identifier: GPL-2.0
/*
 * Holds the kernel's own table of semaphores, in the IPC namespace of the task that writes milliseconds
 * into the parameter "hold": like a task that creates a set and waits for memory.
 */
#include <linux/delay.h>
#include <linux/ipc_namespace.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>

static int hold(const char* text, const struct kernel_param* parameter)
{
    struct ipc_ids* ids = &current->nsproxy->ipc_ns->ids[0];
    unsigned int milliseconds;
    int error = kstrtouint(text, 0, &milliseconds);

    if (error)
        return error;
    kernel_param_unlock(THIS_MODULE);
    down_write(&ids->rwsem);
    msleep_interruptible(milliseconds);
    up_write(&ids->rwsem);
    kernel_param_lock(THIS_MODULE);
    return 0;
}

static const struct kernel_param_ops operations = { .set = hold };
module_param_cb(hold, &operations, NULL, 0200);

static int __init held_table_init(void)
{
    return 0;
}

static void __exit held_table_exit(void) { }

module_init(held_table_init);
module_exit(held_table_exit);
MODULE_DESCRIPTION("a table of the kernel's that is held");
MODULE_LICENSE("GPL");
