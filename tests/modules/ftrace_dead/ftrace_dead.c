// SPDX-License-Identifier: GPL-2.0
/* Makes ftrace give up, as after an internal error: patched functions stay patched. */
#include <linux/kprobes.h>
#include <linux/module.h>

/* Not exported: registering a probe by name returns its address. */
static void* address_of(const char* name)
{
    struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
    void* address = NULL;

    if (!register_kprobe(&probe)) {
        address = probe.addr;
        unregister_kprobe(&probe);
    }
    return address;
}

static bool when_patched;
module_param(when_patched, bool, 0);
MODULE_PARM_DESC(when_patched, "not at once, but when it has next changed code");

static void (*give_up)(void);

static int patched(struct kprobe* probe, struct pt_regs* regs)
{
    give_up();
    return 0;
}

static struct kprobe patching = { .symbol_name = "ftrace_arch_code_modify_post_process",
                                  .pre_handler = patched };

static int __init ftrace_dead_init(void)
{
    give_up = address_of("ftrace_kill");
    if (!give_up)
        return -ENOENT;
    if (when_patched)
        return register_kprobe(&patching);
    give_up();
    return 0;
}

static void __exit ftrace_dead_exit(void)
{
    if (when_patched)
        unregister_kprobe(&patching);
}

module_init(ftrace_dead_init);
module_exit(ftrace_dead_exit);
MODULE_DESCRIPTION("ftrace gives up");
MODULE_LICENSE("GPL");
