/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Namespaces of another kind that stand in for those of IPC, on kernels without CONFIG_IPC_NS: the parameter
 * "namespaces" chooses it.  A container that gets one of its own gets System V IPC of its own with it.
 */
#ifndef SYSVIPC_SRC_HOST_STAND_IN_H
#define SYSVIPC_SRC_HOST_STAND_IN_H

#include <linux/types.h>

struct user_namespace;

struct stand_in {
	const char *name; /* as /proc/PID/ns calls it */
	unsigned long clone_flag;
	unsigned long unshare_flags; /* any of which may make a new one */
	void *(*current_one)(void);
	void *(*initial_one)(void);
	void (*get)(void *ns);
	void (*put)(void *ns);
	struct user_namespace *(*owner)(void *ns);
	unsigned int (*number)(const void *ns);
};

/* NULL: none, all tasks share one.  Does not change after host_ipc_ns_stand_in(). */
#if !defined(CONFIG_IPC_NS) && !defined(CONFIG_SYSVIPC)
extern const struct stand_in *stand_in;
#else
static const struct stand_in *const stand_in __maybe_unused;
#endif

#endif
