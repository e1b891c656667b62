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

/*
 * On a kernel without IPC namespaces, makes all functions below use namespaces of another kind ("mnt", "uts",
 * "net") instead; "": none.  Call before all of them.  -EINVAL: the kernel has no such kind; -EOPNOTSUPP: it
 * has System V IPC or IPC namespaces of its own.
 */
int host_ipc_ns_stand_in(const char *kind);

/* The CLONE_* flag that creates a namespace in clone(2) and unshare(2), and its name below /proc/PID/ns. */
unsigned long host_ipc_ns_clone_flag(void);
unsigned long host_ipc_ns_unshare_flags(void); /* flags of unshare(2) that may create one */
const char *host_ipc_ns_type(void);

bool host_ipc_ns_supported(void); /* false: only the initial one exists */

/* Takes no reference: the current task is in the namespace.  May be NULL if only one exists. */
struct kapi_ipc_ns *host_ipc_ns_current(void);
struct kapi_ipc_ns *host_ipc_ns_initial(void);
/* The user namespace whose capabilities count in @ns; lives as long as @ns. */
struct kapi_user_ns *host_ipc_ns_owner(struct kapi_ipc_ns *ns);

/* The places of a kernel's own limits and next ids of @ns; all NULL on kernels without System V IPC. */
struct kapi_ipc_settings {
	int *msgmax, *msgmnb, *msgmni;
	int *sem; /* four, as in the file "sem" */
	int *shmmni, *shm_rmid_forced;
	unsigned long *shmmax, *shmall;
	int *next_id[3]; /* semaphores, messages, shared memory */
};
void host_ipc_ns_settings(struct kapi_ipc_ns *ns, struct kapi_ipc_settings *settings);
/*
 * The use of a kernel's own System V IPC in all namespaces that a task is in.  KAPI_BUILTIN_CHANGING: no
 * objects, but a call is creating or removing one, or about to; does not wait for it.
 */
enum kapi_builtin_use { KAPI_BUILTIN_UNUSED, KAPI_BUILTIN_CHANGING, KAPI_BUILTIN_OBJECTS };
enum kapi_builtin_use host_ipc_ns_builtin_use(void);

/* Keeps @ns until the matching put; both are no-ops if only one namespace exists. */
void host_ipc_ns_get(struct kapi_ipc_ns *ns);
/*
 * Process context.  Does not sleep, except with mnt stand-ins: the last put unmounts the namespace's file systems.
 */
void host_ipc_ns_put(struct kapi_ipc_ns *ns);

/* Distinguishes all existing namespaces; together with the mark below, also earlier and later ones. */
const void *host_ipc_ns_identity(const struct kapi_ipc_ns *ns);

/* The number in /proc/PID/ns/ipc. */
unsigned int host_ipc_ns_number(const struct kapi_ipc_ns *ns);

/*
 * A number that distinguishes @ns from all namespaces that were or will be at its address:
 * make_mark() assigns it on first use, mark() returns 0 if it was not assigned.
 */
unsigned long host_ipc_ns_make_mark(struct kapi_ipc_ns *ns);
unsigned long host_ipc_ns_mark(const struct kapi_ipc_ns *ns);
/* Clears the marks of all namespaces that a task is in.  Sleeps. */
void host_ipc_ns_unmark_all(void);

/*
 * The kernel function that runs for a namespace without references, before its memory and identity can be
 * reused; host_ipc_ns_ending_identity() derives the identity from the function's first argument.  The
 * function may run with preemption disabled and a lock held, and with stand-ins also in a softirq and for
 * numbers that are no identity: an interceptor must not sleep.  On kernels with POSIX message queues, RCU
 * readers that see the namespace then may use it until they end.  NULL: namespaces never end.
 */
const char *host_ipc_ns_ending_symbol(void);
const void *host_ipc_ns_ending_identity(unsigned long argument);

KAPI_END

#endif
