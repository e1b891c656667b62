/* SPDX-License-Identifier: GPL-2.0 */
/*
 * On kernels without CONFIG_IPC_NS, the parameter "namespaces" makes another kind of namespace (mnt, uts, net)
 * scope the IPC objects.  A container with its own namespace of that kind has its own System V IPC.
 */
#ifndef SYSVIPC_SRC_HOST_STAND_IN_H
#define SYSVIPC_SRC_HOST_STAND_IN_H

#include <linux/types.h>

struct user_namespace;

struct stand_in {
	const char *name; /* in /proc/PID/ns */
	unsigned long clone_flag;
	unsigned long unshare_flags; /* any of these may create a namespace */
	void *(*current_one)(void);
	void *(*initial_one)(void);
	void (*get)(void *ns);
	void (*put)(void *ns);
	struct user_namespace *(*owner)(void *ns);
	unsigned int (*number)(const void *ns);
};

/* NULL: none; all tasks share one namespace.  Constant after host_ipc_ns_stand_in(). */
#if !defined(CONFIG_IPC_NS) && !defined(CONFIG_SYSVIPC)
extern const struct stand_in *stand_in;
#else
static const struct stand_in *const stand_in __maybe_unused;
#endif

#endif
