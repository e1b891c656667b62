/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: the kernel's own IPC namespaces: membership, ownership, lifetime.
 * Kernel source: <linux/ipc_namespace.h>, <linux/nsproxy.h>, ipc/namespace.c.
 */
#ifndef SYSVIPC_HOST_NAMESPACE_H
#define SYSVIPC_HOST_NAMESPACE_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_ipc_ns;
struct kapi_user_ns;

bool host_ipc_ns_supported(void); /* false: the kernel has the initial one only */

/* No reference is taken: the current task is in it.  May be NULL where there is but one. */
struct kapi_ipc_ns *host_ipc_ns_current(void);
struct kapi_ipc_ns *host_ipc_ns_initial(void);
/* Whose capabilities count there; lives as long as @ns. */
struct kapi_user_ns *host_ipc_ns_owner(struct kapi_ipc_ns *ns);

/* Where a kernel with System V IPC of its own keeps the numbers of @ns; all NULL on others. */
struct kapi_ipc_settings {
	int *msgmax, *msgmnb, *msgmni;
	int *sem; /* four, as in the file */
	int *shmmni, *shm_rmid_forced;
	unsigned long *shmmax, *shmall;
	int *next_id[3]; /* semaphores, messages, shared memory */
};
void host_ipc_ns_settings(struct kapi_ipc_ns *ns, struct kapi_ipc_settings *settings);
/*
 * Whether such a kernel has objects of its own in a namespace that a task is in.  KAPI_BUILTIN_CHANGING: none
 * was found, but somebody is making or removing one, or about to, in a call that sleeps.  Does not wait
 * for that.
 */
enum kapi_builtin_use { KAPI_BUILTIN_UNUSED, KAPI_BUILTIN_CHANGING, KAPI_BUILTIN_OBJECTS };
enum kapi_builtin_use host_ipc_ns_builtin_use(void);

/* @ns exists until the put that belongs to the get; both do nothing where there is but one. */
void host_ipc_ns_get(struct kapi_ipc_ns *ns);
void host_ipc_ns_put(struct kapi_ipc_ns *ns); /* process context; does not sleep */

/* As /proc/PID/ns/ipc has it. */
unsigned int host_ipc_ns_number(const struct kapi_ipc_ns *ns);

/*
 * What tells @ns from others that were, or will be, at its address: made when it is first asked for, and
 * never again anybody's.  The other one tells what was made, 0 if nothing was.
 */
unsigned long host_ipc_ns_make_mark(struct kapi_ipc_ns *ns);
unsigned long host_ipc_ns_mark(const struct kapi_ipc_ns *ns);
/* Takes them off all namespaces that a task is in.  Sleeps. */
void host_ipc_ns_unmark_all(void);

/*
 * The function that the kernel calls with a namespace, which nothing refers to any more, before its memory can
 * be another's; maybe with preemption disabled and a lock held, so whoever intercepts it must not sleep.
 * On kernels with POSIX message queues RCU readers that see the namespace then can do so to their end.
 * NULL: none ends.
 */
const char *host_ipc_ns_ending_symbol(void);

KAPI_END

#endif
