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
static inline struct leaving leaving_by_unshare(const struct pt_regs *call)
{
	return leaving_by(in_ia32_syscall() ? (u32)call->bx : call->di);
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
	const bool is_ia32 = in_ia32_syscall();
	const int type = is_ia32 ? call->cx : call->si;

	return leaving_by(type ?: type_of_namespace(is_ia32 ? call->bx : call->di));
}

/* When the call has succeeded: CLONE_* flags. */
static inline unsigned long left_with(const struct leaving *leaving)
{
	const bool is_elsewhere = leaving->ipc_ns != current->nsproxy->ipc_ns;

	return leaving->flags | (is_elsewhere ? CLONE_NEWIPC : 0);
}

#endif
