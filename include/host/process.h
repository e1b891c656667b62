/* SPDX-License-Identifier: GPL-2.0 */
/* host: checks if a process lives.  Kernel source: <linux/pid.h>, <linux/sched/signal.h>. */
#ifndef SYSVIPC_HOST_PROCESS_H
#define SYSVIPC_HOST_PROCESS_H

#include <kapi/task.h>

KAPI_BEGIN

struct kapi_pid;
struct kapi_pid_ns;
struct kapi_process_mark;

/*
 * True if the process, or thread, with this id has not ended; a zombie has ended.  NULL: false.  The caller
 * holds a reference to @pid.  Any context.
 */
bool host_pid_lives(struct kapi_pid *pid);

/*
 * The number in @ns of the marked process; *@lives: as host_pid_lives().  After the process has ended, its
 * number is available in the initial namespace only.  0: not visible in @ns.  Any context.
 */
int host_process_number(const struct kapi_process_mark *mark, struct kapi_pid_ns *ns, bool *lives);

KAPI_END

#endif
