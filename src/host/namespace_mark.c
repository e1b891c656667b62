// SPDX-License-Identifier: GPL-2.0
/* host: marks that distinguish IPC namespaces at the same address (contracts: include/host/namespace.h). */
#include <linux/atomic.h>
#include <linux/ipc_namespace.h>
#include <linux/ktime.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../kapi/shim.h"
#include <host/namespace.h>

#ifdef CONFIG_IPC_NS

/*
 * An unused member, left from a notifier that Linux 3.19 removed.  The kernel zeroes it when it creates a
 * namespace (it is 0 in the initial one, too), and never accesses it again.
 */
static unsigned long *mark_of(struct kapi_ipc_ns *ns)
{
	BUILD_BUG_ON(sizeof(((struct ipc_namespace *)ns)->ipcns_nb.next) != sizeof(unsigned long));
	return (unsigned long *)&((struct ipc_namespace *)ns)->ipcns_nb.next;
}

/*
 * Marks from an earlier load of the module may remain in namespaces that only a file keeps.  New marks
 * differ: the nanoseconds since boot have grown by more than the number of namespaces.
 */
static unsigned long new_mark(void)
{
	static atomic64_t last;
	const s64 now = ktime_get_boottime_ns();
	s64 before = atomic64_read(&last);
	s64 mark;

	do
		mark = max(now, before + 1);
	while (!atomic64_try_cmpxchg(&last, &before, mark));
	return mark;
}

unsigned long host_ipc_ns_make_mark(struct kapi_ipc_ns *ns)
{
	unsigned long *place = mark_of(ns);
	const unsigned long made = READ_ONCE(*place);

	return made ?: (cmpxchg(place, 0, new_mark()), READ_ONCE(*place));
}

KAPI_SHIM unsigned long host_ipc_ns_mark(const struct kapi_ipc_ns *ns)
{
	return READ_ONCE(*mark_of((struct kapi_ipc_ns *)ns));
}

void host_ipc_ns_unmark_all(void)
{
	struct task_struct *process, *task;

	rcu_read_lock();
	for_each_process_thread(process, task)
	{
		task_lock(task);
		if (task->nsproxy && task->nsproxy->ipc_ns)
			WRITE_ONCE(*mark_of((struct kapi_ipc_ns *)task->nsproxy->ipc_ns), 0);
		task_unlock(task);
	}
	rcu_read_unlock();
}

#else /* one namespace for all tasks */

KAPI_SHIM unsigned long host_ipc_ns_make_mark(struct kapi_ipc_ns *ns)
{
	return 0;
}

KAPI_SHIM unsigned long host_ipc_ns_mark(const struct kapi_ipc_ns *ns)
{
	return 0;
}

void host_ipc_ns_unmark_all(void)
{
}

#endif
