/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: tasks, their credentials and pids, sleeping and waking, time.
 * Kernel source: <linux/sched.h>, <linux/cred.h>, <linux/pid.h>, <linux/timekeeping.h>.
 */
#ifndef SYSVIPC_KAPI_TASK_H
#define SYSVIPC_KAPI_TASK_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_task;
struct kapi_pid;
struct kapi_pid_ns;
struct kapi_user_ns;

struct kapi_task *kapi_task_current(void); /* takes no reference */
/* A reference keeps the structure, not the task.  Any context. */
void kapi_task_get(struct kapi_task *task);
void kapi_task_put(struct kapi_task *task);
bool kapi_task_wake(struct kapi_task *task); /* full barrier before it reads the task's state */
void kapi_task_set_interruptible(void); /* full barrier after it, also after the next function */
void kapi_task_set_running(void);
void kapi_task_schedule(void); /* sleeps in the state set before, until woken */
bool kapi_task_signal_pending(void); /* of the current task */
bool kapi_task_fatal_signal_pending(void); /* the same, SIGKILL only */
void kapi_task_resched(void); /* cond_resched(); may sleep */

/* Sleeps in the state set before until woken (true) or @deadline (monotonic, ns) has passed. */
bool kapi_task_schedule_until(kapi_s64 deadline);
void kapi_task_sleep_ms(kapi_u32 milliseconds); /* whatever signals come */
void kapi_task_sleep_interruptible_ms(kapi_u32 milliseconds); /* or until a signal is pending */

/* The thread-group id of a task; takes no reference. */
struct kapi_pid *kapi_task_tgid(struct kapi_task *task);
/*
 * The id of the task itself, which Linux records as the receiver if the sender delivers a message to a
 * sleeper.
 */
struct kapi_pid *kapi_task_pid(struct kapi_task *task);
void kapi_pid_get(struct kapi_pid *pid); /* NULL is allowed in all of these */
void kapi_pid_put(struct kapi_pid *pid);
int kapi_pid_vnr(struct kapi_pid *pid); /* number in the current task's pid namespace; 0: none */
int kapi_pid_nr_in(struct kapi_pid *pid, struct kapi_pid_ns *ns);
struct kapi_pid_ns *kapi_pid_ns_get_current(void); /* takes a reference */
void kapi_pid_ns_put(struct kapi_pid_ns *ns);

unsigned long kapi_task_rlimit(unsigned int resource); /* of the current task's process */

/*
 * Of the current task.  Kernel-internal ids (kuid_t, kgid_t); user-visible ones go through a user namespace.
 * Namespaces are returned without a reference.
 */
kapi_u32 kapi_cred_euid(void);
kapi_u32 kapi_cred_egid(void);
bool kapi_cred_in_group(kapi_u32 gid); /* the file-system group, or a supplementary one */
bool kapi_cred_capable(int capability); /* in the initial user namespace */
bool kapi_cred_ns_capable(struct kapi_user_ns *ns, int capability);
bool kapi_cred_ns_capable_unaudited(struct kapi_user_ns *ns, int capability); /* no audit record */
struct kapi_user_ns *kapi_user_ns_current(void);
struct kapi_user_ns *kapi_user_ns_initial(void);
kapi_u32 kapi_uid_to_user(struct kapi_user_ns *ns, kapi_u32 kuid); /* the overflow id if unmapped */
kapi_u32 kapi_gid_to_user(struct kapi_user_ns *ns, kapi_u32 kgid);
/* False: the id has no mapping in @ns. */
bool kapi_uid_from_user(struct kapi_user_ns *ns, kapi_u32 uid, kapi_u32 *kuid);
bool kapi_gid_from_user(struct kapi_user_ns *ns, kapi_u32 gid, kapi_u32 *kgid);
/* Ids for programs that use 16-bit ids; the overflow id replaces those that do not fit. */
kapi_u16 kapi_uid_to_16(kapi_u32 uid);
kapi_u16 kapi_gid_to_16(kapi_u32 gid);

kapi_s64 kapi_time_now(void); /* on the monotonic clock, in ns */
kapi_s64 kapi_time_real_seconds(void); /* seconds since the epoch */
/* The current monotonic time plus the arguments, in ns; saturates instead of overflowing. */
kapi_s64 kapi_time_deadline(kapi_s64 seconds, kapi_s64 nanoseconds);

KAPI_END

#endif
