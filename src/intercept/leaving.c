// SPDX-License-Identifier: GPL-2.0
/* intercept: arguments of unshare(2) and setns(2); detects a change of the IPC namespace (around.h). */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "around.h"
#include "probe_hook.h"
#include <arch/registers.h>
#include <host/namespace.h>
#include <intercept/around.h>
#include <intercept/watch.h>

/* Kept while a task is inside unshare(2) or setns(2). */
struct leaving {
	unsigned long flags; /* CLONE_* flags of the request */
	const void *ipc_ns; /* or the namespace that stands in for it; for comparison only */
};

static struct leaving leaving_by(unsigned long flags)
{
	return (struct leaving){ .flags = flags, .ipc_ns = host_ipc_ns_current() };
}

/* @call: the program's registers. */
static unsigned long argument(const struct pt_regs *call, unsigned int n)
{
	return arch_is_compat_call(call) ? arch_compat_argument(call, n)
					 : arch_call_argument(call, n);
}

static unsigned long unshare_flags(const struct pt_regs *call)
{
	return argument(call, 0);
}

static bool may_leave_by_unshare(const struct pt_regs *call)
{
	return unshare_flags(call) & (CLONE_SYSVSEM | host_ipc_ns_unshare_flags());
}

static struct leaving leaving_by_unshare(const struct pt_regs *call)
{
	return leaving_by(unshare_flags(call));
}

static int setns_type(const struct pt_regs *call)
{
	return argument(call, 1);
}

/* Type 0 permits any namespace. */
static bool may_leave_by_setns(const struct pt_regs *call)
{
	const int type = setns_type(call);

	return !type || (type & host_ipc_ns_clone_flag());
}

/*
 * With type 0, setns(2) uses the type of the namespace that the file refers to.  Returns 0 if that is not an
 * IPC namespace.  Compares names, as 6.18 moved the type's number to another structure.
 */
static unsigned long type_of_namespace(unsigned int fd)
{
	struct file *file = fget(fd);
	unsigned long type = 0;

	if (!file)
		return 0;
	if (file_inode(file)->i_sb->s_magic == NSFS_MAGIC &&
	    !strcmp(get_proc_ns(file_inode(file))->ops->name, host_ipc_ns_type()))
		type = host_ipc_ns_clone_flag();
	fput(file);
	return type;
}

static struct leaving leaving_by_setns(const struct pt_regs *call)
{
	const unsigned int fd = argument(call, 0);

	return leaving_by(setns_type(call) ?: type_of_namespace(fd));
}

/*
 * After success: CLONE_* flags for the namespaces that the task has left.  Entering the current namespace again
 * counts as leaving it; namespaces that stand in for IPC namespaces have another flag.
 */
static unsigned long left_with(const struct leaving *leaving)
{
	const bool is_elsewhere = leaving->ipc_ns != host_ipc_ns_current();
	const bool asked_for = leaving->flags & host_ipc_ns_clone_flag();

	return leaving->flags | (is_elsewhere || asked_for ? CLONE_NEWIPC : 0);
}

static struct leaving leaving_by_call(const struct pt_regs *call)
{
	return arch_is_setns(call) ? leaving_by_setns(call) : leaving_by_unshare(call);
}

static bool may_leave(const struct pt_regs *call)
{
	return arch_is_setns(call) ? may_leave_by_setns(call) : may_leave_by_unshare(call);
}

bool ENTRY_POINT sysvipc_goes_around_leaving(const struct pt_regs *call);
bool sysvipc_goes_around_leaving(const struct pt_regs *call)
{
	return may_leave(call) && around_pin();
}

long ENTRY_POINT sysvipc_around_leaving(const struct pt_regs *call, long second, long third,
					long fourth, unsigned long rest, unsigned long by_probe);
long sysvipc_around_leaving(const struct pt_regs *call, long second, long third, long fourth,
			    unsigned long rest, unsigned long by_probe)
{
	const bool enters = arch_is_setns(call);
	const struct leaving leaving = leaving_by_call(call);
	const long result = sysvipc_call_rest((long)call, second, third, fourth, rest, by_probe);

	if (result == 0 && enters)
		sysvipc_task_entered(left_with(&leaving));
	else if (result == 0)
		sysvipc_task_unshared(left_with(&leaving));
	around_unpin();
	return result;
}

bool intercept_is_around_leaving(const struct kapi_regs *registers)
{
	const struct pt_regs *function = (const struct pt_regs *)registers;

	return may_leave((const struct pt_regs *)arch_function_argument(function, 0));
}
