// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: the kernel's IPC namespaces (contracts: include/kapi/namespace.h).
 *
 * Nothing exported tells of the end of one.  But each facility has a function that is called then, with
 * the namespace as its first argument: ftrace, or else a kprobe, lets us see the call.
 */
#include <linux/ftrace.h>
#include <linux/ipc_namespace.h>
#include <linux/kprobes.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "probes.h"
#include "shim.h"
#include "symbol.h"
#include <kapi/armed.h>
#include <kapi/namespace.h>

#define NS(handle) ((struct ipc_namespace *)(handle))

#ifdef CONFIG_SYSVIPC

void kapi_ipc_ns_settings(struct kapi_ipc_ns *handle, struct kapi_ipc_settings *settings)
{
	struct ipc_namespace *ns = NS(handle);

	*settings = (struct kapi_ipc_settings){
		.msgmax = (int *)&ns->msg_ctlmax,
		.msgmnb = (int *)&ns->msg_ctlmnb,
		.msgmni = (int *)&ns->msg_ctlmni,
		.sem = ns->sem_ctls,
		.shmmni = &ns->shm_ctlmni,
#ifdef CONFIG_POSIX_MQUEUE /* without it ns goes too soon: see kapi_ipc_ns_watch_start() */
		.shm_rmid_forced = &ns->shm_rmid_forced,
#endif
		.shmmax = (unsigned long *)&ns->shm_ctlmax,
		.shmall = (unsigned long *)&ns->shm_ctlall,
#ifdef CONFIG_CHECKPOINT_RESTORE
		.next_id = { &ns->ids[0].next_id, &ns->ids[1].next_id, &ns->ids[2].next_id },
#endif
	};
}

static bool namespace_in_use(const struct ipc_namespace *ns)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ns->ids); i++)
		if (READ_ONCE(ns->ids[i].in_use))
			return true;
	return false;
}

/* Threads may be in namespaces of their own. */
bool kapi_ipc_ns_builtin_in_use(void)
{
	struct ipc_namespace *initial = init_task.nsproxy->ipc_ns;
	struct task_struct *process, *task;
	bool in_use;
	int i;

	/* Who makes an object holds the table's semaphore from before its memory until it counts. */
	for (i = 0; i < ARRAY_SIZE(initial->ids); i++) {
		down_read(&initial->ids[i].rwsem);
		up_read(&initial->ids[i].rwsem);
	}
	in_use = namespace_in_use(initial);
	rcu_read_lock();
	for_each_process_thread(process, task)
	{
		task_lock(task);
		if (task->nsproxy)
			in_use |= namespace_in_use(task->nsproxy->ipc_ns);
		task_unlock(task);
	}
	rcu_read_unlock();
	return in_use;
}

#else

void kapi_ipc_ns_settings(struct kapi_ipc_ns *ns, struct kapi_ipc_settings *settings)
{
	*settings = (struct kapi_ipc_settings){};
}

bool kapi_ipc_ns_builtin_in_use(void)
{
	return false;
}

#endif

KAPI_SHIM bool kapi_ipc_ns_supported(void)
{
	return IS_ENABLED(CONFIG_IPC_NS);
}

/* Where no facility of the kernel's has use for one there is none at all. */
#if defined(CONFIG_SYSVIPC) || defined(CONFIG_POSIX_MQUEUE)

KAPI_SHIM struct kapi_ipc_ns *kapi_ipc_ns_current(void)
{
	return (struct kapi_ipc_ns *)current->nsproxy->ipc_ns;
}

KAPI_SHIM struct kapi_ipc_ns *kapi_ipc_ns_initial(void)
{
	return (struct kapi_ipc_ns *)init_task.nsproxy->ipc_ns;
}

KAPI_SHIM struct kapi_user_ns *kapi_ipc_ns_owner(struct kapi_ipc_ns *ns)
{
	return (struct kapi_user_ns *)NS(ns)->user_ns;
}

#else

KAPI_SHIM struct kapi_ipc_ns *kapi_ipc_ns_current(void)
{
	return NULL;
}

KAPI_SHIM struct kapi_ipc_ns *kapi_ipc_ns_initial(void)
{
	return NULL;
}

KAPI_SHIM struct kapi_user_ns *kapi_ipc_ns_owner(struct kapi_ipc_ns *ns)
{
	return (struct kapi_user_ns *)&init_user_ns;
}

#endif

#ifdef CONFIG_IPC_NS

KAPI_SHIM void kapi_ipc_ns_get(struct kapi_ipc_ns *ns)
{
	get_ipc_ns(NS(ns));
}

KAPI_SHIM void kapi_ipc_ns_put(struct kapi_ipc_ns *ns)
{
	NS(ns)->ns.ops->put(&NS(ns)->ns);
}

unsigned int kapi_ipc_ns_number(const struct kapi_ipc_ns *ns)
{
	return ((const struct ipc_namespace *)ns)->ns.inum;
}

/* --- the end of one */

static void (*watcher)(struct kapi_ipc_ns *ns);

/* Called when the last reference is dropped, or soon after by the kernel's worker. */
#ifdef CONFIG_POSIX_MQUEUE
#define ENDING_FUNCTION "mq_clear_sbinfo"
#else
#define ENDING_FUNCTION "sem_exit_ns"
#endif

static inline void saw_ending(const struct pt_regs *regs)
{
	watcher((struct kapi_ipc_ns *)regs_get_kernel_argument((struct pt_regs *)regs, 0));
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS

static void traced(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		   struct ftrace_regs *registers)
{
	struct pt_regs *regs = ftrace_get_regs(registers);

	if (!WARN_ON_ONCE(!regs))
		saw_ending(regs);
}

static struct ftrace_ops trace_ops = { .func = traced,
				       .flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION |
						FTRACE_OPS_FL_PERMANENT };
static bool is_traced;

/* By its address: a filter by name that had no memory is empty, reports success, and lets all pass. */
static int set_filter(void)
{
	struct unexported_symbol place = { ENDING_FUNCTION };
	int error = symbols_find(&place, 1);

	if (error)
		return error;
	if (!place.address) /* no kprobes, which tell addresses */
		return ftrace_set_filter(&trace_ops, (unsigned char *)place.name,
					 strlen(place.name), 1);
	return ftrace_set_filter_ip(&trace_ops, (unsigned long)place.address, 0, 1);
}

/* "Permanent": nobody can switch ftrace off until it is unregistered, so that no guard is needed (armed.c). */
static int trace_start(void)
{
	int error = set_filter();

	if (!error)
		error = register_ftrace_function(&trace_ops);
	if (error)
		ftrace_free_filter(&trace_ops);
	is_traced = !error;
	return error == -EINVAL ? -ENOENT : error;
}

static bool trace_stop(void)
{
	if (!is_traced)
		return false;
	is_traced = false;
	if (unregister_ftrace_function(&trace_ops))
		kapi_note_stuck(ENDING_FUNCTION);
	else
		ftrace_free_filter(&trace_ops);
	return true;
}

#else

static int trace_start(void)
{
	return -ENOENT;
}

static bool trace_stop(void)
{
	return false;
}

#endif

#ifdef CONFIG_KPROBES

static int probed(struct kprobe *probe, struct pt_regs *regs)
{
	saw_ending(regs);
	return 0;
}

static struct kprobe probe = { .symbol_name = ENDING_FUNCTION, .pre_handler = probed };

static void probe_stop(void)
{
	struct kprobe *probes[] = { &probe };

	kapi_probes_unregister(probes, ARRAY_SIZE(probes));
}

static int probe_start(void)
{
	int error;

	probe.addr = NULL;
	probe.flags = 0;
	error = register_kprobe(&probe);
	if (!error && !symbol_is_kernels(probe.symbol_name, probe.addr)) {
		probe_stop();
		error = -ENOENT;
	}
	return error;
}

#else

static int probe_start(void)
{
	return -ENOENT;
}

static void probe_stop(void)
{
}

#endif

int kapi_ipc_ns_watch_start(void (*ending)(struct kapi_ipc_ns *ns), bool by_probe, bool *is_probe)
{
	int error;

	watcher = ending;
	error = by_probe ? -ENOENT : trace_start();
	*is_probe = error == -ENOENT;
	return *is_probe ? probe_start() : error;
}

void kapi_ipc_ns_watch_stop(void)
{
	if (!trace_stop())
		probe_stop();
}

#else /* one for all */

unsigned int kapi_ipc_ns_number(const struct kapi_ipc_ns *ns)
{
	return 0;
}

KAPI_SHIM void kapi_ipc_ns_get(struct kapi_ipc_ns *ns)
{
}

KAPI_SHIM void kapi_ipc_ns_put(struct kapi_ipc_ns *ns)
{
}

int kapi_ipc_ns_watch_start(void (*ending)(struct kapi_ipc_ns *ns), bool by_probe, bool *is_probe)
{
	*is_probe = false;
	return 0;
}

void kapi_ipc_ns_watch_stop(void)
{
}

#endif
