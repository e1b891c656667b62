/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: the part of an object that security modules and audit see, and their hooks.
 * Kernel source: <linux/security.h>, <linux/audit.h>, <linux/ipc.h>, <linux/msg.h>.
 *
 * The hooks take an object's struct kern_ipc_perm.  Our objects keep their id and owners in it on every
 * kernel: nothing is stored twice or built per call.  Its members after the last one that a hook reads
 * (counts and links) are omitted, as they would double the size of an object.  Other members of the object
 * occupy their place, so that a reader of the whole structure, such as a BPF program, stays within the
 * object.  A message has a complete struct msg_msg.
 * On kernels without security modules the calls are no-ops.
 *
 * Verdicts are 0 or -errno.  No lock is needed, any may be held; only functions marked "sleeps" sleep.
 */
#ifndef SYSVIPC_HOST_SECURITY_H
#define SYSVIPC_HOST_SECURITY_H

#include <kapi/types.h>

KAPI_BEGIN

/* The first members of a struct kern_ipc_perm. */
KAPI_OPAQUE(kapi_ipc_perm, IPC_PERM);

struct kapi_task;

/* A struct msg_msg without the list links at its beginning, which the caller stores before it. */
struct kapi_msg {
	long type;
	kapi_size size;
	void *link; /* for the message's owner; no hook reads it */
	void *note; /* the security module's data; initially NULL */
};

struct kapi_ipc_owners {
	kapi_u32 uid; /* kernel-internal, as in kapi/task.h */
	kapi_u32 gid;
	kapi_u32 creator_uid;
	kapi_u32 creator_gid;
	kapi_u32 mode; /* permissions and other bits */
};

/*
 * Finds the functions below, none of which is exported.  Until host_security_use(), every verdict
 * is 0 and notices are dropped.  -ENOMEM; sleeps.
 */
int host_security_find(void);
/*
 * The name of function @number (from 0) of those that the kernel has but that were not found; NULL: no
 * more.
 */
const char *host_security_missing(unsigned int number);
void host_security_use(void); /* precondition: none is missing; sleeps */

/* Members.  The caller keeps writers apart, and readers from half of what is written. */
void host_ipc_perm_init(struct kapi_ipc_perm *perm, int key, const struct kapi_ipc_owners *owners);
struct kapi_ipc_owners host_ipc_perm_owners(const struct kapi_ipc_perm *perm);
int host_ipc_perm_id(const struct kapi_ipc_perm *perm);
void host_ipc_perm_set_id(struct kapi_ipc_perm *perm, int id, unsigned long sequence);
void host_ipc_perm_set_key(struct kapi_ipc_perm *perm, int key);
/* Sets uid, gid and the permission bits of the mode. */
void host_ipc_perm_set_owners(struct kapi_ipc_perm *perm, const struct kapi_ipc_owners *owners);
void host_ipc_perm_change_mode(struct kapi_ipc_perm *perm, kapi_u32 clear, kapi_u32 set);

/* True if audit records the running system call. */
bool host_audit_is_on(void);
/* Add an object, and the values of IPC_SET, to the audit record.  Precondition: host_audit_is_on(). */
void host_audit_object(struct kapi_ipc_perm *perm);
void host_audit_change(unsigned long qbytes, kapi_u32 uid, kapi_u32 gid, kapi_u32 mode);

/* The hooks, as ipc/ of the kernel calls them: alloc labels what is new, free drops the label, others are asked. */
int host_security_access(struct kapi_ipc_perm *perm, kapi_u32 wanted);

int host_security_queue_alloc(struct kapi_ipc_perm *perm); /* sleeps */
void host_security_queue_free(struct kapi_ipc_perm *perm);
int host_security_queue_open(struct kapi_ipc_perm *perm, int flags);
int host_security_queue_control(struct kapi_ipc_perm *perm, int command); /* NULL: all queues */
int host_security_queue_send(struct kapi_ipc_perm *perm, struct kapi_msg *message, int flags);
/* @rule: the search mode's number in ipc/msg.c; @wanted: the type that goes with it. */
int host_security_queue_receive(struct kapi_ipc_perm *perm, struct kapi_msg *message,
				struct kapi_task *target, long wanted, int rule);

int host_security_message_alloc(struct kapi_msg *message); /* sleeps */
void host_security_message_free(struct kapi_msg *message);

int host_security_set_alloc(struct kapi_ipc_perm *perm); /* sleeps */
void host_security_set_free(struct kapi_ipc_perm *perm);
int host_security_set_open(struct kapi_ipc_perm *perm, int flags);
int host_security_set_control(struct kapi_ipc_perm *perm, int command); /* NULL: all sets */
/* @operations: an array of struct sembuf. */
int host_security_set_operate(struct kapi_ipc_perm *perm, const void *operations, kapi_u32 count,
			      bool changes);

int host_security_segment_alloc(struct kapi_ipc_perm *perm); /* sleeps */
void host_security_segment_free(struct kapi_ipc_perm *perm);
int host_security_segment_open(struct kapi_ipc_perm *perm, int flags);
int host_security_segment_control(struct kapi_ipc_perm *perm, int command); /* NULL: all segments */
int host_security_segment_attach(struct kapi_ipc_perm *perm, unsigned long address, int flags);

KAPI_END

#endif
