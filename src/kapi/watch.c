// SPDX-License-Identifier: GPL-2.0
/* kapi: what happens to tasks, told by probes (contracts: include/kapi/watch.h). */
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "leaving.h"
#include "shim.h"
#include <kapi/watch.h>

#ifndef CONFIG_PREEMPT_RT /* for which there is watch_rt.c */

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

static struct leaving *leaving_of(struct kretprobe_instance *instance)
{
	return (struct leaving *)instance->data;
}

/* The functions are given the registers of the call. */
static const struct pt_regs *call_of(const struct pt_regs *regs)
{
	return (const struct pt_regs *)regs->di;
}

static int unshare_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*leaving_of(instance) = leaving_by_unshare(call_of(regs));
	return 0;
}

static int unshare_returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (regs_return_value(regs) == 0)
		watch->unshared(left_with(leaving_of(instance)));
	return 0;
}

static int setns_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*leaving_of(instance) = leaving_by_setns(call_of(regs));
	return 0;
}

static int setns_returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (regs_return_value(regs) == 0)
		watch->entered(left_with(leaving_of(instance)));
	return 0;
}

#define LEAVING_PROBE(symbol, entered, returned)                                                   \
	{                                                                                          \
		.kp.symbol_name = symbol, .entry_handler = entered, .handler = returned,           \
		.data_size = sizeof(struct leaving),                                               \
		.maxactive = 64, /* tasks inside the call at once; more are missed */              \
	}

static struct kretprobe leaving_probes[] = {
	LEAVING_PROBE("__x64_sys_unshare", unshare_entered, unshare_returned),
	LEAVING_PROBE("__x64_sys_setns", setns_entered, setns_returned),
#ifdef CONFIG_IA32_EMULATION
	LEAVING_PROBE("__ia32_sys_unshare", unshare_entered, unshare_returned),
	LEAVING_PROBE("__ia32_sys_setns", setns_entered, setns_returned),
#endif
};
static struct kretprobe *leaving_probe_list[ARRAY_SIZE(leaving_probes)];
static bool leaving_watched;

static int leaving_watch_start(void)
{
	int error;
	int i;

	for (i = 0; i < ARRAY_SIZE(leaving_probes); i++) {
		leaving_probes[i].kp.addr = NULL;
		leaving_probes[i].kp.flags = 0;
		leaving_probe_list[i] = &leaving_probes[i];
	}
	error = register_kretprobes(leaving_probe_list, ARRAY_SIZE(leaving_probe_list));
	leaving_watched = !error;
	return error;
}

static void leaving_watch_stop(void)
{
	if (leaving_watched) /* one grace period for all of them */
		unregister_kretprobes(leaving_probe_list, ARRAY_SIZE(leaving_probe_list));
	leaving_watched = false;
}

#else

static int leaving_watch_start(void)
{
	return -EOPNOTSUPP;
}

static void leaving_watch_stop(void)
{
}

#endif

static int task_watch_start(void)
{
	int error;

	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!task_newtask || !sched_process_exit)
		return -ENOENT;
	error = tracepoint_probe_register(task_newtask, probe_newtask, NULL);
	if (error)
		return error;
	error = tracepoint_probe_register(sched_process_exit, probe_exit, NULL);
	if (error)
		tracepoint_probe_unregister(task_newtask, probe_newtask, NULL);
	return error;
}

static void task_watch_stop(void)
{
	tracepoint_probe_unregister(sched_process_exit, probe_exit, NULL);
	tracepoint_probe_unregister(task_newtask, probe_newtask, NULL);
}

int kapi_watch_start(const struct kapi_task_watch *callbacks, bool *sees_leaving)
{
	int error;

	watch = callbacks;
	error = leaving_watch_start();
	*sees_leaving = !error;
	if (error == -ENOMEM)
		return error;
	error = task_watch_start();
	if (error) {
		leaving_watch_stop();
		tracepoint_synchronize_unregister();
	}
	return error;
}

void kapi_watch_stop(void)
{
	task_watch_stop();
	leaving_watch_stop();
	tracepoint_synchronize_unregister();
}

#endif
