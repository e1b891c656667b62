// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: what happens to tasks (contracts: include/kapi/watch.h).
 *
 * Handlers of tracepoints and probes run with preemption disabled, where nothing long may be done, and
 * where PREEMPT_RT lets nobody take a spinlock or allocate memory.  So the kernel's own functions are made
 * to call us, as if they had been written so: by ftrace direct calls, or by kprobes that do no more than to
 * send the task to where a direct call would have brought it (diversion.h).  A task ends for us where
 * exit_sem() would be called, just before it closes its files.  Only beginnings are told by a tracepoint,
 * as little is done then, where spinlocks do not sleep.  The assembly in between is in watch_x86_64.S.
 *
 * Length: the three kinds of watching are short, and share how they are attached, pinned and waited for.
 *
 * Order: what is kept of a task is found by the address of its task_struct, which is another's soon after the
 * task has ended.  So what removes it (exit) is watched before what inserts it (clone), and longer.
 *
 * Who is in here, and how unloading waits for them:
 * - before exit_files(), tasks are counted: they do not wait for user space there;
 * - around another function, a task may wait in it for as long as user space pleases (copy_process() writes to
 *   the user's memory): it has pinned the module, whose unloading is refused, or goes on unobserved if that is
 *   going.  As the kernel frees a module that fails to load whoever has pinned it, nobody does before loading
 *   is certain to succeed (kapi_watch_open);
 * - the instructions before somebody is counted or has pinned, and those after, do not block voluntarily (nor do
 *   they take a spinlock, for which PREEMPT_RT would have them): a grace period of tasks-RCU covers them.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <trace/events/task.h>

#include "watched.h"

LANDING(exit_files);
LANDING(copy_process);

/* Assembly; @mark is what a probe at @rest knows us by. */
long sysvipc_call_rest(long, long, long, long, unsigned long rest, unsigned long mark);

const struct kapi_task_watch *task_watch;
static bool is_open __read_mostly;

/* A mark that only the current task can leave for itself, in a register that others use too. */
static unsigned long own_mark(void)
{
	return (unsigned long)current ^ (unsigned long)&task_watch;
}

long watched_call_rest(long first, long second, long third, long fourth, unsigned long rest)
{
	return sysvipc_call_rest(first, second, third, fourth, rest, own_mark());
}

bool watched_is_rest(const struct pt_regs *regs)
{
	return diversion_register(regs) == own_mark();
}

bool watched_pin(void)
{
	return READ_ONCE(is_open) && try_module_get(THIS_MODULE);
}

void watched_unpin(void)
{
	module_put(THIS_MODULE);
}

/* --- Ending */

/* How many tasks are in sysvipc_before_exit_files(). */
static DEFINE_PER_CPU(long, inside);

static_assert(__same_type(exit_files, void(struct task_struct *)));

void ENTRY_POINT sysvipc_before_exit_files(struct task_struct *task);
void sysvipc_before_exit_files(struct task_struct *task)
{
	if (task != current) /* what clone(2) failed to complete */
		return;
	this_cpu_inc(inside);
	task_watch->ended();
	this_cpu_dec(inside);
}

/* What we have let go of is let pass when it comes here again. */
static bool is_ending(const struct pt_regs *regs)
{
	return diversion_argument(regs, 0) == (unsigned long)current && task_watch->has_share();
}

static struct watched_function exit_function = {
	.symbols = { "exit_files" },
	.trampoline = sysvipc_enter_exit_files,
	.trampoline_in_place = sysvipc_enter_exit_files_in_place,
	.is_wanted = is_ending,
};

static long count_inside(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) sum += READ_ONCE(per_cpu(inside, cpu));
	return sum;
}

/* --- Making functions call us */

int watched_attach(struct watched_function *function, unsigned int means,
		   const char **failed_symbol)
{
	kapi_u32 count = 0;
	int error = -EOPNOTSUPP;
	kapi_u32 failed = 0;

	while (count < ARRAY_SIZE(function->symbols) && function->symbols[count])
		count++;
	if (means & KAPI_WATCH_DIRECT_CALLS)
		error = kapi_hook_attach(function->symbols, count, function->trampoline,
					 &function->hook, &failed);
	/* A passing want of memory shall have no lasting consequence. */
	if (error && error != -ENOMEM && (means & KAPI_WATCH_KPROBES))
		error = probe_hook_attach(function->symbols, count, function->trampoline_in_place,
					  function->is_wanted, &function->probe_hook, &failed);
	*failed_symbol = function->symbols[failed];
	return error;
}

void watched_detach(struct watched_function *function)
{
	if (function->hook)
		kapi_hook_detach(function->hook);
	if (function->probe_hook)
		kapi_probe_hook_detach(function->probe_hook);
	function->hook = NULL;
	function->probe_hook = NULL;
}

/* --- Beginning */

#ifdef CONFIG_PREEMPT_RT

/*
 * The function that makes a task.  Up to 6.3 it is declared nowhere: that it is given these arguments is
 * then known from its source only.
 */
typedef struct task_struct *copy_process_function(struct pid *pid, int trace, int node,
						  struct kernel_clone_args *args);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
static_assert(__same_type(copy_process, copy_process_function));
#endif

bool ENTRY_POINT sysvipc_goes_around_copy_process(struct pid *pid, int trace, int node,
						  struct kernel_clone_args *args);
bool sysvipc_goes_around_copy_process(struct pid *pid, int trace, int node,
				      struct kernel_clone_args *args)
{
	return (args->flags & CLONE_SYSVSEM) && watched_pin();
}

struct task_struct *ENTRY_POINT sysvipc_around_copy_process(struct pid *pid, int trace, int node,
							    struct kernel_clone_args *args,
							    unsigned long rest);
struct task_struct *sysvipc_around_copy_process(struct pid *pid, int trace, int node,
						struct kernel_clone_args *args, unsigned long rest)
{
	struct task_struct *child =
		(struct task_struct *)watched_call_rest((long)pid, trace, node, (long)args, rest);

	if (!IS_ERR(child))
		task_watch->begun((struct kapi_task *)child, args->flags);
	watched_unpin();
	return child;
}

static bool is_copy_process_wanted(const struct pt_regs *regs)
{
	return !watched_is_rest(regs) &&
	       sysvipc_goes_around_copy_process(
		       (struct pid *)diversion_argument(regs, 0), diversion_argument(regs, 1),
		       diversion_argument(regs, 2),
		       (struct kernel_clone_args *)diversion_argument(regs, 3));
}

static struct watched_function clone_function = {
	.symbols = { "copy_process" },
	.trampoline = sysvipc_enter_copy_process,
	.trampoline_in_place = sysvipc_enter_copy_process_in_place,
	.is_wanted = is_copy_process_wanted,
};

static int beginning_watch_start(unsigned int means, const char **failed)
{
	return watched_attach(&clone_function, means, failed);
}

static void beginning_watch_stop(void)
{
	watched_detach(&clone_function);
}

static bool beginning_watch_is_by_probes(void)
{
	return watched_is_by_probe(&clone_function);
}

#else

static struct tracepoint *task_newtask;

static void probe_newtask(void *data, struct task_struct *task, unsigned long clone_flags)
{
	task_watch->begun((struct kapi_task *)task, clone_flags);
}

static void find_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "task_newtask"))
		task_newtask = tracepoint;
}

/* Not by the function that the kernel's header has for this: it names the tracepoint, which is not exported. */
static int beginning_watch_start(unsigned int means, const char **failed)
{
	check_trace_callback_type_task_newtask(probe_newtask);
	*failed = "task_newtask";
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!task_newtask)
		return -ENOENT;
	return tracepoint_probe_register(task_newtask, probe_newtask, NULL);
}

static void beginning_watch_stop(void)
{
	tracepoint_probe_unregister(task_newtask, probe_newtask, NULL);
	tracepoint_synchronize_unregister();
}

static bool beginning_watch_is_by_probes(void)
{
	return false;
}

#endif

/* --- All */

int kapi_watch_start(const struct kapi_task_watch *callbacks, unsigned int means,
		     struct kapi_watch_report *report)
{
	int error;

	task_watch = callbacks;
	error = watched_attach(&exit_function, means, &report->failed);
	if (error)
		return error;
	report->leaving_error = leaving_watch_start(means, &report->failed);
	report->sees_leaving = !report->leaving_error;
	error = report->leaving_error == -ENOMEM ? -ENOMEM
						 : beginning_watch_start(means, &report->failed);
	if (error) {
		leaving_watch_stop();
		watched_detach(&exit_function);
	}
	report->by_probes = watched_is_by_probe(&exit_function) || leaving_watch_is_by_probes() ||
			    beginning_watch_is_by_probes();
	return error;
}

void kapi_watch_open(void)
{
	WRITE_ONCE(is_open, true);
}

void kapi_watch_stop(void)
{
	beginning_watch_stop();
	leaving_watch_stop();
	watched_detach(&exit_function);
}

bool kapi_watch_is_empty(void)
{
	return count_inside() == 0;
}
