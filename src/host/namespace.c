// SPDX-License-Identifier: GPL-2.0
/*
 * host: the kernel's IPC namespaces (contracts: include/host/namespace.h).
 *
 * No exported function reports the end of a namespace.  But the kernel then calls a function of each facility
 * with the namespace as first argument; the module intercepts one of these functions.
 */
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include "../kapi/shim.h"
#include "ipc_ns_number.h"
#include "stand_in.h"
#include <host/namespace.h>

#define NS(handle) ((struct ipc_namespace *)(handle))

#ifdef CONFIG_SYSVIPC

void host_ipc_ns_settings(struct kapi_ipc_ns *handle, struct kapi_ipc_settings *settings)
{
	struct ipc_namespace *ns = NS(handle);

	*settings = (struct kapi_ipc_settings){
		.msgmax = (int *)&ns->msg_ctlmax,
		.msgmnb = (int *)&ns->msg_ctlmnb,
		.msgmni = (int *)&ns->msg_ctlmni,
		.sem = ns->sem_ctls,
		.shmmni = &ns->shm_ctlmni,
#ifdef CONFIG_POSIX_MQUEUE /* without it, ns is freed too soon: host_ipc_ns_ending_symbol() */
		.shm_rmid_forced = &ns->shm_rmid_forced,
#endif
		.shmmax = (unsigned long *)&ns->shm_ctlmax,
		.shmall = (unsigned long *)&ns->shm_ctlall,
#ifdef CONFIG_CHECKPOINT_RESTORE
		.next_id = { &ns->ids[0].next_id, &ns->ids[1].next_id, &ns->ids[2].next_id },
#endif
	};
}

/*
 * A creator holds the table's rwsem for writing, from before it allocates until its object counts, and may
 * sleep in between; a task waiting for the rwsem also blocks others.  Acquiring and releasing the rwsem
 * shows the final count.  Only by trylock, because a task's lock is held here: the caller must retry.
 */
static enum kapi_builtin_use table_use(struct ipc_ids *ids)
{
	if (READ_ONCE(ids->in_use))
		return KAPI_BUILTIN_OBJECTS;
	if (!down_read_trylock(&ids->rwsem))
		return KAPI_BUILTIN_CHANGING;
	up_read(&ids->rwsem);
	return READ_ONCE(ids->in_use) ? KAPI_BUILTIN_OBJECTS : KAPI_BUILTIN_UNUSED;
}

static enum kapi_builtin_use namespace_use(struct ipc_namespace *ns)
{
	enum kapi_builtin_use use = KAPI_BUILTIN_UNUSED;
	int i;

	for (i = 0; i < ARRAY_SIZE(ns->ids); i++)
		use = max(use, table_use(&ns->ids[i]));
	return use;
}

/* Threads of a process may be in different namespaces. */
enum kapi_builtin_use host_ipc_ns_builtin_use(void)
{
	struct ipc_namespace *last = init_task.nsproxy->ipc_ns; /* that of most tasks */
	enum kapi_builtin_use use = namespace_use(last);
	struct task_struct *process, *task;

	rcu_read_lock();
	for_each_process_thread(process, task)
	{
		task_lock(task);
		if (task->nsproxy && task->nsproxy->ipc_ns != last) {
			last = task->nsproxy->ipc_ns;
			use = max(use, namespace_use(last));
		}
		task_unlock(task);
	}
	rcu_read_unlock();
	return use;
}

#else

void host_ipc_ns_settings(struct kapi_ipc_ns *ns, struct kapi_ipc_settings *settings)
{
	*settings = (struct kapi_ipc_settings){};
}

enum kapi_builtin_use host_ipc_ns_builtin_use(void)
{
	return KAPI_BUILTIN_UNUSED;
}

#endif

/* Also for a kernel with System V IPC but only one namespace, which contains the kernel's limits. */
#if defined(CONFIG_IPC_NS) || defined(CONFIG_SYSVIPC)

KAPI_SHIM bool host_ipc_ns_supported(void)
{
	return IS_ENABLED(CONFIG_IPC_NS);
}

KAPI_SHIM struct kapi_ipc_ns *host_ipc_ns_current(void)
{
	return (struct kapi_ipc_ns *)current->nsproxy->ipc_ns;
}

KAPI_SHIM struct kapi_ipc_ns *host_ipc_ns_initial(void)
{
	return (struct kapi_ipc_ns *)init_task.nsproxy->ipc_ns;
}

KAPI_SHIM struct kapi_user_ns *host_ipc_ns_owner(struct kapi_ipc_ns *ns)
{
	return (struct kapi_user_ns *)NS(ns)->user_ns;
}

#else

KAPI_SHIM bool host_ipc_ns_supported(void)
{
	return stand_in;
}

KAPI_SHIM struct kapi_ipc_ns *host_ipc_ns_current(void)
{
	return stand_in ? stand_in->current_one() : NULL;
}

KAPI_SHIM struct kapi_ipc_ns *host_ipc_ns_initial(void)
{
	return stand_in ? stand_in->initial_one() : NULL;
}

KAPI_SHIM struct kapi_user_ns *host_ipc_ns_owner(struct kapi_ipc_ns *ns)
{
	return (struct kapi_user_ns *)(stand_in ? stand_in->owner(ns) : &init_user_ns);
}

#endif

#ifdef CONFIG_IPC_NS

KAPI_SHIM void host_ipc_ns_get(struct kapi_ipc_ns *ns)
{
	get_ipc_ns(NS(ns));
}

KAPI_SHIM void host_ipc_ns_put(struct kapi_ipc_ns *ns)
{
	NS(ns)->ns.ops->put(&NS(ns)->ns);
}

unsigned int host_ipc_ns_number(const struct kapi_ipc_ns *ns)
{
	return ((const struct ipc_namespace *)ns)->ns.inum;
}

/* Runs when the last reference is dropped, or soon afterwards in a kernel worker. */
const char *host_ipc_ns_ending_symbol(void)
{
	return IS_ENABLED(CONFIG_POSIX_MQUEUE) ? "mq_clear_sbinfo" : "sem_exit_ns";
}

KAPI_SHIM const void *host_ipc_ns_identity(const struct kapi_ipc_ns *ns)
{
	return ns;
}

const void *host_ipc_ns_ending_identity(unsigned long argument)
{
	return (const void *)argument;
}

unsigned long host_ipc_ns_clone_flag(void)
{
	return CLONE_NEWIPC;
}

unsigned long host_ipc_ns_unshare_flags(void)
{
	return CLONE_NEWIPC;
}

const char *host_ipc_ns_type(void)
{
	return "ipc";
}

#else /* one namespace for all tasks, or stand-ins */

unsigned int host_ipc_ns_number(const struct kapi_ipc_ns *ns)
{
	return stand_in ? stand_in->number(ns) : 0;
}

KAPI_SHIM void host_ipc_ns_get(struct kapi_ipc_ns *ns)
{
	if (stand_in)
		stand_in->get(ns);
}

KAPI_SHIM void host_ipc_ns_put(struct kapi_ipc_ns *ns)
{
	if (stand_in)
		stand_in->put(ns);
}

/*
 * Every namespace that ends, of any kind, frees its number by this function.  The other functions called then belong to
 * the kind, and compilers inline them into some of their callers.
 */
const char *host_ipc_ns_ending_symbol(void)
{
	return stand_in ? "proc_free_inum" : NULL;
}

KAPI_SHIM const void *host_ipc_ns_identity(const struct kapi_ipc_ns *ns)
{
	return stand_in ? (const void *)(unsigned long)stand_in->number(ns) : NULL;
}

/* The argument is an unsigned int; the upper bits of the register are undefined. */
const void *host_ipc_ns_ending_identity(unsigned long argument)
{
	BUILD_BUG_ON(!__same_type(proc_free_inum, void(unsigned int)));
	return (const void *)(unsigned long)(unsigned int)argument;
}

unsigned long host_ipc_ns_clone_flag(void)
{
	return stand_in ? stand_in->clone_flag : CLONE_NEWIPC;
}

unsigned long host_ipc_ns_unshare_flags(void)
{
	return stand_in ? stand_in->unshare_flags : CLONE_NEWIPC;
}

const char *host_ipc_ns_type(void)
{
	return stand_in ? stand_in->name : "ipc";
}

#endif

unsigned int __attribute__((__externally_visible__)) host_ipc_ns_number_of_current(void)
{
	/* An exiting task has no namespaces after exit_task_namespaces(). */
	return current->nsproxy ? host_ipc_ns_number(host_ipc_ns_current()) : 0;
}
