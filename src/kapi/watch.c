// SPDX-License-Identifier: GPL-2.0
/* kapi: what happens to tasks (contracts: include/kapi/watch.h). */
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "shim.h"
#include <kapi/watch.h>

static const struct kapi_task_watch *watch;
static struct tracepoint *task_newtask;
static struct tracepoint *sched_process_exit;

static void probe_newtask(void *data, struct task_struct *task, unsigned long clone_flags)
{
	watch->begun((struct kapi_task *)task, clone_flags);
}

static void probe_exit(void *data, struct task_struct *task)
{
	watch->ended();
}

static void find_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "task_newtask"))
		task_newtask = tracepoint;
	else if (!strcmp(tracepoint->name, "sched_process_exit"))
		sched_process_exit = tracepoint;
}

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_X86_64)

/* The function is given the registers of the call; what unshare(2) was asked for is in them. */
static int unshare_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct pt_regs *call = (const struct pt_regs *)regs->di;

	*(unsigned long *)instance->data = call->di;
	return 0;
}

static int unshare_returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (regs_return_value(regs) == 0)
		watch->unshared(*(unsigned long *)instance->data);
	return 0;
}

static struct kretprobe unshare_probe = {
	.kp.symbol_name = "__x64_sys_unshare",
	.entry_handler = unshare_entered,
	.handler = unshare_returned,
	.data_size = sizeof(unsigned long),
	.maxactive = 64, /* tasks inside unshare(2) at once; more are missed */
};
static bool unshare_watched;

static bool unshare_watch_start(void)
{
	unshare_probe.kp.addr = NULL;
	unshare_probe.kp.flags = 0;
	unshare_watched = register_kretprobe(&unshare_probe) == 0;
	return unshare_watched;
}

static void unshare_watch_stop(void)
{
	if (unshare_watched)
		unregister_kretprobe(&unshare_probe);
	unshare_watched = false;
}

#else

static bool unshare_watch_start(void)
{
	return false;
}

static void unshare_watch_stop(void)
{
}

#endif

int kapi_watch_start(const struct kapi_task_watch *callbacks, bool *sees_unshare)
{
	int error;

	watch = callbacks;
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!task_newtask || !sched_process_exit)
		return -ENOENT;
	error = tracepoint_probe_register(task_newtask, probe_newtask, NULL);
	if (error)
		return error;
	error = tracepoint_probe_register(sched_process_exit, probe_exit, NULL);
	if (error) {
		tracepoint_probe_unregister(task_newtask, probe_newtask, NULL);
		tracepoint_synchronize_unregister();
		return error;
	}
	*sees_unshare = unshare_watch_start();
	return 0;
}

void kapi_watch_stop(void)
{
	unshare_watch_stop();
	tracepoint_probe_unregister(sched_process_exit, probe_exit, NULL);
	tracepoint_probe_unregister(task_newtask, probe_newtask, NULL);
	tracepoint_synchronize_unregister();
}
