// SPDX-License-Identifier: GPL-2.0
/* host: namespaces that stand in for IPC namespaces (contracts: stand_in.h, include/host/namespace.h). */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/mnt_namespace.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <linux/version.h>
#include <net/net_namespace.h>

#include "stand_in.h"
#include <host/namespace.h>

#if !defined(CONFIG_IPC_NS) && !defined(CONFIG_SYSVIPC)

const struct stand_in *stand_in __ro_after_init;

/* For the structure TYPE, whose struct ns_common is the member "ns". */
#define COMMON_FUNCTIONS(kind, TYPE)                                                               \
	static void kind##_put(void *ns)                                                           \
	{                                                                                          \
		struct ns_common *common = &((TYPE *)ns)->ns;                                      \
                                                                                                   \
		common->ops->put(common);                                                          \
	}                                                                                          \
	static unsigned int kind##_number(const void *ns)                                          \
	{                                                                                          \
		return ((const TYPE *)ns)->ns.inum;                                                \
	}

#define OF_NSPROXY(kind, TYPE, member)                                                             \
	static void *kind##_current(void)                                                          \
	{                                                                                          \
		return current->nsproxy->member;                                                   \
	}                                                                                          \
	static void *kind##_initial(void)                                                          \
	{                                                                                          \
		return init_task.nsproxy->member;                                                  \
	}                                                                                          \
	static struct user_namespace *kind##_owner(void *ns)                                       \
	{                                                                                          \
		struct ns_common *common = &((TYPE *)ns)->ns;                                      \
                                                                                                   \
		return common->ops->owner(common);                                                 \
	}                                                                                          \
	COMMON_FUNCTIONS(kind, TYPE)

#define ROW(kind, flag, unshare_flags)                                                             \
	{                                                                                          \
#kind, flag, unshare_flags, kind##_current, kind##_initial, kind##_get,            \
			kind##_put, kind##_owner, kind##_number                                    \
	}

/* Modules cannot include fs/mount.h.  In all versions the structure begins so; host_ipc_ns_stand_in() checks it. */
struct mount_namespace {
	struct ns_common ns;
};
OF_NSPROXY(mnt, struct mount_namespace, mnt_ns)
static void mnt_get(void *ns)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	refcount_inc(&((struct mount_namespace *)ns)->ns.__ns_ref);
#else
	refcount_inc(&((struct mount_namespace *)ns)->ns.count);
#endif
}

#ifdef CONFIG_UTS_NS
OF_NSPROXY(uts, struct uts_namespace, uts_ns)
static void uts_get(void *ns)
{
	get_uts_ns(ns);
}
#endif

#ifdef CONFIG_NET_NS
OF_NSPROXY(net, struct net, net_ns)
static void net_get(void *ns)
{
	get_net(ns);
}
#endif

/* UNSHARE_EMPTY_MNTNS, since 7.1: a mount namespace without CLONE_NEWNS.  Earlier unshare(2) rejects it. */
#define EMPTY_MNTNS 0x00100000

/*
 * Not user namespaces: objects would keep theirs forever, through the credentials of a segment's file and the PID
 * namespaces of their processes.
 */
static const struct stand_in kinds[] = {
	ROW(mnt, CLONE_NEWNS, CLONE_NEWNS | EMPTY_MNTNS),
#ifdef CONFIG_UTS_NS
	ROW(uts, CLONE_NEWUTS, CLONE_NEWUTS),
#endif
#ifdef CONFIG_NET_NS
	ROW(net, CLONE_NEWNET, CLONE_NEWNET),
#endif
};

/* Checks that the mount namespace begins with a struct ns_common. */
static bool is_as_expected(const struct stand_in *kind)
{
	const struct ns_common *common = kind->initial_one();
	const struct proc_ns_operations *operations;
	const char *name;
	char text[sizeof("mnt")];

	if (kind->clone_flag != CLONE_NEWNS)
		return true;
	return !copy_from_kernel_nofault(&operations, &common->ops, sizeof(operations)) &&
	       !copy_from_kernel_nofault(&name, &operations->name, sizeof(name)) &&
	       !copy_from_kernel_nofault(text, name, sizeof(text)) &&
	       !memcmp(text, "mnt", sizeof(text));
}

int host_ipc_ns_stand_in(const char *kind)
{
	size_t i;

	stand_in = NULL;
	if (!*kind)
		return 0;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, kind))
			stand_in = is_as_expected(&kinds[i]) ? &kinds[i] : NULL;
	return stand_in ? 0 : -EINVAL;
}

#else

int host_ipc_ns_stand_in(const char *kind)
{
	return *kind ? -EOPNOTSUPP : 0;
}

#endif
