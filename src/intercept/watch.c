// SPDX-License-Identifier: GPL-2.0
/*
 * intercept: task events (contracts: include/intercept/watch.h).
 *
 * Handlers of tracepoints (before 7.0) and probes run with preemption disabled, where nothing may take long, and
 * where PREEMPT_RT allows neither spinlocks nor memory allocation.  So ftrace direct calls make the kernel's own
 * functions call us, or kprobes divert the task to the landing of such a call (probe_hook.h).  A task's exit is
 * handled where the kernel would call exit_sem(), just before the task closes its files.  Only creation uses a
 * tracepoint, as it does little, except where spinlocks sleep (PREEMPT_RT).  The assembly, landings.S, is in a
 * folder per architecture.
 *
 * Order: entries of a task are found by the address of its task_struct, which is reused soon after the task is
 * gone.  So the hook that removes them (exit) is installed before the one that inserts them (clone), and
 * removed after it.  Where copy_process() inserts, both are installed and removed together: no task inserts
 * before loading is certain to succeed, nor once unloading has begun, because it must pin the module.
 *
 * Tasks inside these functions, and the way unloading waits for them:
 * - before exit_files(), tasks with a state are counted (CallGate): they do not wait for user space there;
 * - around another function, a task may wait for user space indefinitely (copy_process() writes to user
 *   memory): it has pinned the module, whose unloading is then refused, or runs unobserved if unloading
 *   has begun.  As the kernel frees a module that fails to load, pinned or not, no task pins it before
 *   loading is certain to succeed (intercept_around_open);
 * - the instructions before a task is counted or has pinned, and those after, contain no voluntary context
 *   switch (and take no spinlock, which would block on PREEMPT_RT): a tasks-RCU grace period covers them.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <trace/events/task.h>

#include "around.h"
#include <arch/registers.h>
#include <host/namespace.h>
#include <intercept/around.h>
#include <intercept/watch.h>

/* Argument @n of the function whose probe runs the filter. */
static unsigned long argument(const struct kapi_regs *registers, unsigned int n)
{
	return arch_function_argument((const struct pt_regs *)registers, n);
}

/* --- Ending */

static_assert(__same_type(exit_files, void(struct task_struct *)));

void ENTRY_POINT sysvipc_before_exit_files(struct task_struct *task);
void sysvipc_before_exit_files(struct task_struct *task)
{
	if (task == current) /* not a task that clone(2) failed to complete */
		sysvipc_task_ended();
}

bool intercept_is_before_exit_files(const struct kapi_regs *registers)
{
	return argument(registers, 0) == (unsigned long)current && sysvipc_task_has_share();
}

/* --- Beginning */

/*
 * The kernel rejects CLONE_SYSVSEM with a new IPC namespace; for namespaces that stand in, we ignore the flag.
 */
static unsigned long without_strangers(unsigned long clone_flags)
{
	return clone_flags & host_ipc_ns_clone_flag() ? clone_flags & ~CLONE_SYSVSEM : clone_flags;
}

/*
 * The function that creates a task.  Before 6.4 no header declares it; the arguments are those of its
 * source.
 */
typedef struct task_struct *copy_process_function(struct pid *pid, int trace, int node,
						  struct kernel_clone_args *args);
#if defined(CONFIG_PREEMPT_RT) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
static_assert(__same_type(copy_process, copy_process_function));
#endif

bool ENTRY_POINT sysvipc_goes_around_copy_process(struct pid *pid, int trace, int node,
						  struct kernel_clone_args *args);
bool sysvipc_goes_around_copy_process(struct pid *pid, int trace, int node,
				      struct kernel_clone_args *args)
{
	return (args->flags & CLONE_SYSVSEM) && around_pin();
}

struct task_struct *ENTRY_POINT sysvipc_around_copy_process(struct pid *pid, int trace, int node,
							    struct kernel_clone_args *args,
							    unsigned long rest,
							    unsigned long by_probe);
struct task_struct *sysvipc_around_copy_process(struct pid *pid, int trace, int node,
						struct kernel_clone_args *args, unsigned long rest,
						unsigned long by_probe)
{
	struct task_struct *child = (struct task_struct *)sysvipc_call_rest(
		(long)pid, trace, node, (long)args, rest, by_probe);

	if (!IS_ERR(child))
		sysvipc_task_begun((struct kapi_task *)child, without_strangers(args->flags));
	around_unpin();
	return child;
}

/* The wrapper pins, not this filter: the probe may still not divert the task. */
bool intercept_is_around_copy_process(const struct kapi_regs *registers)
{
	return ((const struct kernel_clone_args *)argument(registers, 3))->flags & CLONE_SYSVSEM;
}

/* u64 since 6.18.  Any other change of the arguments does not compile. */
#define PASSES(type)                                                                               \
	__builtin_types_compatible_p(typeof(check_trace_callback_type_task_newtask),               \
				     void(void (*)(void *, struct task_struct *, type)))
typedef typeof(__builtin_choose_expr(PASSES(u64), (u64)0, 0UL)) clone_flags_t;

static void task_newtask(void *data, struct task_struct *task, clone_flags_t clone_flags)
{
	sysvipc_task_begun((struct kapi_task *)task, without_strangers(clone_flags));
}

static inline void __maybe_unused check_type(void)
{
	check_trace_callback_type_task_newtask(task_newtask);
}

void *const intercept_notice_task_newtask = task_newtask;
