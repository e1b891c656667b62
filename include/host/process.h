/* SPDX-License-Identifier: GPL-2.0 */
/* host: whether a process lives, and which one a mark means.  Kernel source: <linux/pid.h>, <linux/sched/signal.h>. */
#ifndef SYSVIPC_HOST_PROCESS_H
#define SYSVIPC_HOST_PROCESS_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_pid;
struct kapi_pid_ns;

/*
 * True if the process, or thread, with this id has not ended; a zombie has ended.  NULL: false.  The caller
 * holds a reference to @pid.  Any context.
 */
bool host_pid_lives(struct kapi_pid *pid);

/*
 * Remembers the process of the current task without a reference: its number in the initial pid namespace,
 * and when it began, so that another of that number is not taken for it.
 */
struct kapi_process_mark {
	kapi_u32 number;
	kapi_u32 begun; /* in units of 2^20 ns, modulo 2^32 */
};
struct kapi_process_mark host_process_mark(void);
/*
 * The number in @ns of the process that was marked; *@lives: as above.  Once it has ended, its number is known
 * in the initial namespace only.  0: none there.  Any context.
 */
int host_process_number(const struct kapi_process_mark *mark, struct kapi_pid_ns *ns, bool *lives);

KAPI_END

#endif
