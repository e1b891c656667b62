/* SPDX-License-Identifier: GPL-2.0 */
/* What unshare(2) and setns(2) are asked for, and whether they led to another IPC namespace. */
#ifndef SYSVIPC_SRC_KAPI_LEAVING_H
#define SYSVIPC_SRC_KAPI_LEAVING_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <asm/syscall.h>

/* Kept while a task is inside one of the two calls. */
struct leaving {
	unsigned long flags; /* what it was asked for: CLONE_* */
	const void *ipc_ns; /* to be compared only */
};

static inline struct leaving leaving_by(unsigned long flags)
{
	return (struct leaving){ .flags = flags, .ipc_ns = current->nsproxy->ipc_ns };
}

/* @call: the registers of the program. */
static inline unsigned long unshare_flags(const struct pt_regs *call)
{
	return in_ia32_syscall() ? (u32)call->bx : call->di;
}

static inline bool may_leave_by_unshare(const struct pt_regs *call)
{
	return unshare_flags(call) & (CLONE_SYSVSEM | CLONE_NEWIPC);
}

static inline struct leaving leaving_by_unshare(const struct pt_regs *call)
{
	return leaving_by(unshare_flags(call));
}

static inline int setns_type(const struct pt_regs *call)
{
	return in_ia32_syscall() ? call->cx : call->si;
}

/* Without a type it may. */
static inline bool may_leave_by_setns(const struct pt_regs *call)
{
	const int type = setns_type(call);

	return !type || (type & CLONE_NEWIPC);
}

/* Without a type, setns(2) takes that of the namespace which the file is. */
static inline unsigned long type_of_namespace(unsigned int fd)
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

static inline struct leaving leaving_by_setns(const struct pt_regs *call)
{
	const unsigned int fd = in_ia32_syscall() ? call->bx : call->di;

	return leaving_by(setns_type(call) ?: type_of_namespace(fd));
}

/* When the call has succeeded: CLONE_* flags. */
static inline unsigned long left_with(const struct leaving *leaving)
{
	const bool is_elsewhere = leaving->ipc_ns != current->nsproxy->ipc_ns;

	return leaving->flags | (is_elsewhere ? CLONE_NEWIPC : 0);
}

#endif
