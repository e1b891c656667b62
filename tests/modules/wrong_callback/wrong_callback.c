// SPDX-License-Identifier: GPL-2.0
/*
 * Passes call_rcu() a function that takes a structure of another name, by a cast, which scripts/check_function_types
 * finds in the module's sources.  A kernel that checks indirect calls (kCFI) stops when it is called.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>

struct other_head {
    struct rcu_head rcu;
};

static struct other_head head;

static noinline void wrong_callback(struct other_head* other)
{
    barrier_data(other);
}

static int __init wrong_callback_init(void)
{
    call_rcu(&head.rcu, (rcu_callback_t)wrong_callback);
    return 0;
}
module_init(wrong_callback_init);

MODULE_DESCRIPTION("Test that the kernel checks indirect calls");
MODULE_LICENSE("GPL");
