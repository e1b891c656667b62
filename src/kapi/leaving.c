// SPDX-License-Identifier: GPL-2.0
/* kapi: what unshare(2) and setns(2) are asked for, and whether they led to another IPC namespace (watched.h). */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <asm/syscall.h>

#include "watched.h"

LANDING(unshare);
LANDING(setns);

/* Kept while a task is inside one of the two calls. */
struct leaving {
	unsigned long flags; /* what it was asked for: CLONE_* */
	const void *ipc_ns; /* to be compared only */
};

static struct leaving leaving_by(unsigned long flags)
{
	return (struct leaving){ .flags = flags, .ipc_ns = current->nsproxy->ipc_ns };
}

/* @call: the registers of the program. */
static unsigned long unshare_flags(const struct pt_regs *call)
{
	return in_ia32_syscall() ? (u32)call->bx : call->di;
}

static bool may_leave_by_unshare(const struct pt_regs *call)
{
	return unshare_flags(call) & (CLONE_SYSVSEM | CLONE_NEWIPC);
}

static struct leaving leaving_by_unshare(const struct pt_regs *call)
{
	return leaving_by(unshare_flags(call));
}

static int setns_type(const struct pt_regs *call)
{
	return in_ia32_syscall() ? call->cx : call->si;
}

/* Without a type it may. */
static bool may_leave_by_setns(const struct pt_regs *call)
{
	const int type = setns_type(call);

	return !type || (type & CLONE_NEWIPC);
}

/* Without a type, setns(2) takes that of the namespace which the file is. */
static unsigned long type_of_namespace(unsigned int fd)
{
	struct file *file = fget(fd);
	unsigned long type = 0;

	if (!file)
		return 0;
	if (file_inode(file)->i_sb->s_magic == NSFS_MAGIC)
		type = get_proc_ns(file_inode(file))->ops->type;
	fput(file);
	return type;
}

static struct leaving leaving_by_setns(const struct pt_regs *call)
{
	const unsigned int fd = in_ia32_syscall() ? call->bx : call->di;

	return leaving_by(setns_type(call) ?: type_of_namespace(fd));
}

/* When the call has succeeded: CLONE_* flags. */
static unsigned long left_with(const struct leaving *leaving)
{
	const bool is_elsewhere = leaving->ipc_ns != current->nsproxy->ipc_ns;

	return leaving->flags | (is_elsewhere ? CLONE_NEWIPC : 0);
}

bool ENTRY_POINT sysvipc_goes_around_unshare(const struct pt_regs *call);
bool sysvipc_goes_around_unshare(const struct pt_regs *call)
{
	return may_leave_by_unshare(call) && watched_pin();
}

long ENTRY_POINT sysvipc_around_unshare(const struct pt_regs *call, long second, long third,
					long fourth, unsigned long rest);
long sysvipc_around_unshare(const struct pt_regs *call, long second, long third, long fourth,
			    unsigned long rest)
{
	const struct leaving leaving = leaving_by_unshare(call);
	const long result = watched_call_rest((long)call, second, third, fourth, rest);

	if (result == 0)
		task_watch->unshared(left_with(&leaving));
	watched_unpin();
	return result;
}

static bool is_unshare_wanted(const struct pt_regs *regs)
{
	return !watched_is_rest(regs) &&
	       sysvipc_goes_around_unshare((const struct pt_regs *)diversion_argument(regs, 0));
}

bool ENTRY_POINT sysvipc_goes_around_setns(const struct pt_regs *call);
bool sysvipc_goes_around_setns(const struct pt_regs *call)
{
	return may_leave_by_setns(call) && watched_pin();
}

long ENTRY_POINT sysvipc_around_setns(const struct pt_regs *call, long second, long third,
				      long fourth, unsigned long rest);
long sysvipc_around_setns(const struct pt_regs *call, long second, long third, long fourth,
			  unsigned long rest)
{
	const struct leaving leaving = leaving_by_setns(call);
	const long result = watched_call_rest((long)call, second, third, fourth, rest);

	if (result == 0)
		task_watch->entered(left_with(&leaving));
	watched_unpin();
	return result;
}

static bool is_setns_wanted(const struct pt_regs *regs)
{
	return !watched_is_rest(regs) &&
	       sysvipc_goes_around_setns((const struct pt_regs *)diversion_argument(regs, 0));
}

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

static struct watched_function leaving_functions[] = {
	{
		.symbols = CALL("unshare"),
		.trampoline = sysvipc_enter_unshare,
		.trampoline_in_place = sysvipc_enter_unshare_in_place,
		.is_wanted = is_unshare_wanted,
	},
	{
		.symbols = CALL("setns"),
		.trampoline = sysvipc_enter_setns,
		.trampoline_in_place = sysvipc_enter_setns_in_place,
		.is_wanted = is_setns_wanted,
	},
};

void leaving_watch_stop(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(leaving_functions); i++)
		watched_detach(&leaving_functions[i]);
}

int leaving_watch_start(unsigned int means, const char **failed)
{
	int error;
	int i;

	for (i = 0; i < ARRAY_SIZE(leaving_functions); i++) {
		error = watched_attach(&leaving_functions[i], means, failed);
		if (error) {
			leaving_watch_stop();
			return error;
		}
	}
	return 0;
}

bool leaving_watch_is_by_probes(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(leaving_functions); i++)
		if (watched_is_by_probe(&leaving_functions[i]))
			return true;
	return false;
}
