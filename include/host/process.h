/* SPDX-License-Identifier: GPL-2.0 */
/* host: whether a process lives.  Kernel source: <linux/pid.h>, <linux/sched/signal.h>. */
#ifndef SYSVIPC_HOST_PROCESS_H
#define SYSVIPC_HOST_PROCESS_H

#include <kapi/task.h>

KAPI_BEGIN

struct kapi_pid;
struct kapi_pid_ns;
struct kapi_process_mark;

/*
 * Whether the process, or thread, with this id has not ended; a zombie has.  NULL: no.  The caller keeps @pid.
 * Any context.
 */
bool host_pid_lives(struct kapi_pid *pid);

/*
 * The number in @ns of the process that was marked; *@lives: as above.  Once it has ended, its number is known
 * in the initial namespace only.  0: none there.  Any context.
 */
int host_process_number(const struct kapi_process_mark *mark, struct kapi_pid_ns *ns, bool *lives);

KAPI_END

#endif
