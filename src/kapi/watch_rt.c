// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: what happens to tasks, where spinlocks sleep (contracts: include/kapi/watch.h).
 *
 * Probes of any kind run with preemption disabled, where PREEMPT_RT lets nobody take a spinlock or
 * allocate memory.  So the kernel's own functions are made to call us, by ftrace direct calls: as if
 * they had been written so.  A task ends for us where exit_sem() would be called, just before it closes
 * its files.  The assembly between the functions and this file is in watch_rt_x86_64.S.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "leaving.h"
#include <kapi/hook.h>
#include <kapi/watch.h>

#ifdef CONFIG_PREEMPT_RT

/* Called by assembly: link-time optimisation must leave them. */
#define ENTRY_POINT __attribute__((__externally_visible__))

void ENTRY_POINT sysvipc_before_exit_files(struct task_struct *task);
struct task_struct *ENTRY_POINT sysvipc_around_copy_process(struct pid *pid, int trace, int node,
							    struct kernel_clone_args *args,
							    void *rest);
long ENTRY_POINT sysvipc_around_unshare(const struct pt_regs *call, long, long, long, void *rest);
long ENTRY_POINT sysvipc_around_setns(const struct pt_regs *call, long, long, long, void *rest);

/* Assembly: where the functions land, and how what they had still to do is called. */
void sysvipc_enter_exit_files(void);
void sysvipc_enter_copy_process(void);
void sysvipc_enter_unshare(void);
void sysvipc_enter_setns(void);
long sysvipc_call_rest(long, long, long, long, void *rest);

/* The calls in both versions; what the kernel has no other version of is named once. */
#ifdef CONFIG_IA32_EMULATION
#define CALL(name)                                                                                 \
	{                                                                                          \
		"__x64_sys_" name, "__ia32_sys_" name                                              \
	}
#else
#define CALL(name)                                                                                 \
	{                                                                                          \
		"__x64_sys_" name                                                                  \
	}
#endif

static struct {
	const char *symbols[2];
	void (*trampoline)(void);
	struct kapi_hook *hook;
} functions[] = {
	{ { "copy_process" }, sysvipc_enter_copy_process },
	{ { "exit_files" }, sysvipc_enter_exit_files },
	{ CALL("unshare"), sysvipc_enter_unshare },
	{ CALL("setns"), sysvipc_enter_setns },
};

static const struct kapi_task_watch *watch;
/* How many tasks are in the functions below. */
static DEFINE_PER_CPU(long, inside);

void sysvipc_before_exit_files(struct task_struct *task)
{
	if (task != current) /* what clone(2) failed to complete */
		return;
	this_cpu_inc(inside);
	watch->ended();
	this_cpu_dec(inside);
}

struct task_struct *sysvipc_around_copy_process(struct pid *pid, int trace, int node,
						struct kernel_clone_args *args, void *rest)
{
	struct task_struct *child;

	this_cpu_inc(inside);
	child = (struct task_struct *)sysvipc_call_rest((long)pid, trace, node, (long)args, rest);
	if (!IS_ERR(child))
		watch->begun((struct kapi_task *)child, args->flags);
	this_cpu_dec(inside);
	return child;
}

long sysvipc_around_unshare(const struct pt_regs *call, long unused1, long unused2, long unused3,
			    void *rest)
{
	struct leaving leaving;
	long result;

	this_cpu_inc(inside);
	leaving = leaving_by_unshare(call);
	result = sysvipc_call_rest((long)call, unused1, unused2, unused3, rest);
	if (result == 0)
		watch->unshared(left_with(&leaving));
	this_cpu_dec(inside);
	return result;
}

long sysvipc_around_setns(const struct pt_regs *call, long unused1, long unused2, long unused3,
			  void *rest)
{
	struct leaving leaving;
	long result;

	this_cpu_inc(inside);
	leaving = leaving_by_setns(call);
	result = sysvipc_call_rest((long)call, unused1, unused2, unused3, rest);
	if (result == 0)
		watch->entered(left_with(&leaving));
	this_cpu_dec(inside);
	return result;
}

static long count_inside(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) sum += READ_ONCE(per_cpu(inside, cpu));
	return sum;
}

int kapi_watch_start(const struct kapi_task_watch *callbacks, bool *sees_leaving)
{
	kapi_u32 failed;
	int error;
	int i;

	watch = callbacks;
	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		error = kapi_hook_attach(functions[i].symbols, functions[i].symbols[1] ? 2 : 1,
					 functions[i].trampoline, &functions[i].hook, &failed);
		if (error) {
			kapi_watch_stop();
			return error;
		}
	}
	*sees_leaving = true;
	return 0;
}

void kapi_watch_stop(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		if (functions[i].hook)
			kapi_hook_detach(functions[i].hook);
		functions[i].hook = NULL;
	}
	/* As CallGate does it, with the same reasons. */
	synchronize_rcu_tasks();
	while (count_inside())
		msleep(10);
	synchronize_rcu_tasks();
}

#endif
