// SPDX-License-Identifier: GPL-2.0
/* host: whether a process lives, and which one a mark means (contracts: include/host/process.h). */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include "../kapi/shim.h"
#include <host/process.h>

/*
 * A process has the id of its first thread, which stays, dead, until the last thread has ended: so the number of
 * living threads decides.
 */
bool host_pid_lives(struct kapi_pid *pid)
{
	struct task_struct *task;
	bool lives;

	rcu_read_lock();
	task = pid_task((struct pid *)pid, PIDTYPE_PID);
	lives = task && atomic_read(&task->signal->live) > 0;
	rcu_read_unlock();
	return lives;
}

static inline u32 begun(const struct task_struct *leader)
{
	return leader->start_boottime >> 20;
}

KAPI_SHIM struct kapi_process_mark host_process_mark(void)
{
	return (struct kapi_process_mark){ current->tgid, begun(current->group_leader) };
}

int host_process_number(const struct kapi_process_mark *mark, struct kapi_pid_ns *ns, bool *lives)
{
	struct pid_namespace *reader = (struct pid_namespace *)ns;
	struct task_struct *task;
	struct pid *pid;
	int number;

	rcu_read_lock();
	pid = find_pid_ns(mark->number, &init_pid_ns);
	task = pid_task(pid, PIDTYPE_TGID);
	if (task && begun(task) == mark->begun) {
		number = pid_nr_ns(pid, reader);
		*lives = host_pid_lives((struct kapi_pid *)pid);
	} else {
		number = reader == &init_pid_ns ? mark->number : 0;
		*lives = false;
	}
	rcu_read_unlock();
	return number;
}
