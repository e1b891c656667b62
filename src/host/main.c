// SPDX-License-Identifier: GPL-2.0
/* host: the module's init, exit and parameters (contracts: include/host/module.h). */
#include <linux/module.h>
#include <linux/sched.h>

#include <host/module.h>

static bool force;
module_param(force, bool, 0444);
MODULE_PARM_DESC(force, "take over even if the kernel has IPC objects; they stay inaccessible "
			"until the module is unloaded");

static bool ipcmni_extend;
module_param(ipcmni_extend, bool, 0444);
MODULE_PARM_DESC(ipcmni_extend,
		 "16777216 objects of each kind instead of 32768, as the boot option does");

static char *attach = "auto";
module_param(attach, charp, 0444);
MODULE_PARM_DESC(attach, "means of interception: auto (default), ftrace, kprobe");

static bool require_lsm;
module_param(require_lsm, bool, 0444);
MODULE_PARM_DESC(require_lsm,
		 "refuse to load if LSM hooks (SELinux, Smack) or audit cannot be called");

static char *namespaces = "";
module_param(namespaces, charp, 0444);
MODULE_PARM_DESC(namespaces, "where the kernel has no IPC namespaces: each mnt, uts or net "
			     "namespace has its own System V IPC");

/* Files beside the parameters.  Root only: they list all namespaces and the places of probes. */
static int show_use(char *text, const struct kernel_param *parameter)
{
	return sysvipc_describe_use(text, PAGE_SIZE);
}

static int show_interceptions(char *text, const struct kernel_param *parameter)
{
	return sysvipc_describe_interceptions(text, PAGE_SIZE);
}

static int refuse(const char *text, const struct kernel_param *parameter)
{
	return -EINVAL;
}

static const struct kernel_param_ops in_use_ops = { .set = refuse, .get = show_use };
module_param_cb(in_use, &in_use_ops, NULL, 0400);
MODULE_PARM_DESC(in_use, "read-only: what prevents unloading");

static const struct kernel_param_ops intercepted_ops = { .set = refuse, .get = show_interceptions };
module_param_cb(intercepted, &intercepted_ops, NULL, 0400);
MODULE_PARM_DESC(intercepted, "read-only: the intercepted kernel functions");

bool host_parameter_force(void)
{
	return force;
}

bool host_parameter_ipcmni_extend(void)
{
	return ipcmni_extend;
}

bool host_parameter_require_lsm(void)
{
	return require_lsm;
}

const char *host_parameter_namespaces(void)
{
	return namespaces;
}

const char *host_parameter_attach(void)
{
	return attach;
}

static int __init sysvipc_load(void)
{
	return sysvipc_module_init();
}

static void __exit sysvipc_unload(void)
{
	sysvipc_module_exit();
}

/* The module loader looks these up by name: whole-program optimisation must keep them. */
int init_module(void) __attribute__((__externally_visible__));
void cleanup_module(void) __attribute__((__externally_visible__));

module_init(sysvipc_load);
module_exit(sysvipc_unload);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("System V IPC (message queues, semaphores, shared memory) for a running kernel");
MODULE_VERSION(SYSVIPC_VERSION);

void host_module_never_return(void)
{
	for (;;) {
		set_current_state(TASK_IDLE | TASK_FREEZABLE);
		schedule();
	}
}
