// SPDX-License-Identifier: GPL-2.0
/* kapi: tasks, credentials, pids, time (contracts: include/kapi/task.h). */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/highuid.h>
#include <linux/hrtimer.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>

#include "shim.h"
#include "unlisted.h"
#include <kapi/task.h>

#define TASK(task) ((struct task_struct *)(task))
#define PID(pid) ((struct pid *)(pid))
#define USER_NS(ns) ((struct user_namespace *)(ns))

KAPI_SHIM struct kapi_task *kapi_task_current(void)
{
	return (struct kapi_task *)current;
}

KAPI_SHIM void kapi_task_get(struct kapi_task *task)
{
	get_task_struct(TASK(task));
}

KAPI_SHIM void kapi_task_put(struct kapi_task *task)
{
	put_task_struct(TASK(task));
}

KAPI_SHIM bool kapi_task_wake(struct kapi_task *task)
{
	return wake_up_process(TASK(task));
}

KAPI_SHIM void kapi_task_set_interruptible(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
}

KAPI_SHIM void kapi_task_set_running(void)
{
	__set_current_state(TASK_RUNNING);
}

KAPI_SHIM void kapi_task_schedule(void)
{
	schedule();
}

KAPI_SHIM bool kapi_task_signal_pending(void)
{
	return signal_pending(current);
}

KAPI_SHIM bool kapi_task_fatal_signal_pending(void)
{
	return fatal_signal_pending(current);
}

KAPI_SHIM void kapi_task_resched(void)
{
	cond_resched();
}

KAPI_SHIM bool kapi_task_schedule_until(kapi_s64 deadline)
{
	ktime_t expires = deadline;

	return UNLISTED(schedule_hrtimeout_range)(&expires, current->timer_slack_ns,
						  HRTIMER_MODE_ABS) != 0;
}

KAPI_SHIM void kapi_task_sleep_ms(kapi_u32 milliseconds)
{
	msleep(milliseconds);
}

KAPI_SHIM void kapi_task_sleep_interruptible_ms(kapi_u32 milliseconds)
{
	msleep_interruptible(milliseconds);
}

KAPI_SHIM struct kapi_pid *kapi_task_tgid(struct kapi_task *task)
{
	return (struct kapi_pid *)task_tgid(TASK(task));
}

KAPI_SHIM struct kapi_pid *kapi_task_pid(struct kapi_task *task)
{
	return (struct kapi_pid *)task_pid(TASK(task));
}

KAPI_SHIM void kapi_pid_get(struct kapi_pid *pid)
{
	get_pid(PID(pid));
}

KAPI_SHIM void kapi_pid_put(struct kapi_pid *pid)
{
	put_pid(PID(pid));
}

KAPI_SHIM int kapi_pid_vnr(struct kapi_pid *pid)
{
	return UNLISTED(pid_nr_ns)(PID(pid), task_active_pid_ns(current));
}

KAPI_SHIM int kapi_pid_nr_in(struct kapi_pid *pid, struct kapi_pid_ns *ns)
{
	return UNLISTED(pid_nr_ns)(PID(pid), (struct pid_namespace *)ns);
}

KAPI_SHIM struct kapi_pid_ns *kapi_pid_ns_get_current(void)
{
	return (struct kapi_pid_ns *)get_pid_ns(task_active_pid_ns(current));
}

KAPI_SHIM void kapi_pid_ns_put(struct kapi_pid_ns *ns)
{
	put_pid_ns((struct pid_namespace *)ns);
}

KAPI_SHIM unsigned long kapi_task_rlimit(unsigned int resource)
{
	return rlimit(resource);
}

KAPI_SHIM kapi_u32 kapi_cred_euid(void)
{
	return __kuid_val(current_euid());
}

KAPI_SHIM kapi_u32 kapi_cred_egid(void)
{
	return __kgid_val(current_egid());
}

KAPI_SHIM bool kapi_cred_in_group(kapi_u32 gid)
{
	return UNLISTED(in_group_p)(KGIDT_INIT(gid));
}

KAPI_SHIM bool kapi_cred_ns_capable_unaudited(struct kapi_user_ns *ns, int capability)
{
	return UNLISTED(ns_capable_noaudit)(USER_NS(ns), capability);
}

KAPI_SHIM bool kapi_cred_capable(int capability)
{
	return capable(capability);
}

KAPI_SHIM bool kapi_cred_ns_capable(struct kapi_user_ns *ns, int capability)
{
	return ns_capable(USER_NS(ns), capability);
}

KAPI_SHIM struct kapi_user_ns *kapi_user_ns_current(void)
{
	return (struct kapi_user_ns *)current_user_ns();
}

KAPI_SHIM struct kapi_user_ns *kapi_user_ns_initial(void)
{
	return (struct kapi_user_ns *)&init_user_ns;
}

KAPI_SHIM kapi_u32 kapi_uid_to_user(struct kapi_user_ns *ns, kapi_u32 kuid)
{
	return from_kuid_munged(USER_NS(ns), KUIDT_INIT(kuid));
}

KAPI_SHIM kapi_u32 kapi_gid_to_user(struct kapi_user_ns *ns, kapi_u32 kgid)
{
	return from_kgid_munged(USER_NS(ns), KGIDT_INIT(kgid));
}

KAPI_SHIM bool kapi_uid_from_user(struct kapi_user_ns *ns, kapi_u32 uid, kapi_u32 *kuid)
{
	kuid_t id = make_kuid(USER_NS(ns), uid);

	*kuid = __kuid_val(id);
	return uid_valid(id);
}

KAPI_SHIM bool kapi_gid_from_user(struct kapi_user_ns *ns, kapi_u32 gid, kapi_u32 *kgid)
{
	kgid_t id = make_kgid(USER_NS(ns), gid);

	*kgid = __kgid_val(id);
	return gid_valid(id);
}

KAPI_SHIM kapi_u16 kapi_uid_to_16(kapi_u32 uid)
{
	kapi_u16 low;

	SET_UID(low, uid);
	return low;
}

KAPI_SHIM kapi_u16 kapi_gid_to_16(kapi_u32 gid)
{
	kapi_u16 low;

	SET_GID(low, gid);
	return low;
}

KAPI_SHIM kapi_s64 kapi_time_deadline(kapi_s64 seconds, kapi_s64 nanoseconds)
{
	return UNLISTED(ktime_add_safe)(ktime_get(), ktime_set(seconds, nanoseconds));
}

KAPI_SHIM kapi_s64 kapi_time_now(void)
{
	return ktime_get();
}

KAPI_SHIM kapi_s64 kapi_time_real_seconds(void)
{
	return ktime_get_real_seconds();
}
