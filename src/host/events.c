// SPDX-License-Identifier: GPL-2.0
/*
 * host: the trace events (contracts: include/host/events.h).
 *
 * Compiled as any other C file of the kernel, and not joined with the C++: defines sections of the module, and
 * symbols that assembly refers to.
 */
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "sysvipc_events.h"

void host_event_ipc_created(int kind, int id, int key, unsigned int mode, unsigned long size)
{
	trace_ipc_created(kind, id, key, mode, size);
}

void host_event_ipc_removed(int kind, int id, int key, int why)
{
	trace_ipc_removed(kind, id, key, why);
}

void host_event_ipc_not_found(int kind, int by_key, int number)
{
	trace_ipc_not_found(kind, by_key, number);
}

void host_event_ipc_limit_hit(int limit, unsigned long value, unsigned long in_use,
			      unsigned long wanted)
{
	trace_ipc_limit_hit(limit, value, in_use, wanted);
}

void host_event_ipc_refused(int id, int key, unsigned int wanted, unsigned int caller,
			    unsigned int owner, unsigned int creator, unsigned int mode)
{
	trace_ipc_refused(id, key, wanted, caller, owner, creator, mode);
}

void host_event_msg_sent(int id, long type, unsigned long size, unsigned int queued)
{
	trace_msg_sent(id, type, size, queued);
}

void host_event_msg_received(int id, long type, unsigned long size, unsigned int queued)
{
	trace_msg_received(id, type, size, queued);
}

void host_event_msg_handed_over(int id, long type, unsigned long size, struct kapi_pid *receiver)
{
	trace_msg_handed_over(id, type, size, (struct pid *)receiver);
}

void host_event_msg_blocked(int id, int sends, long type, unsigned long size, unsigned int queued)
{
	trace_msg_blocked(id, sends, type, size, queued);
}

void host_event_sem_done(int id, unsigned int semnum, int semop, unsigned int nsops, int semval)
{
	trace_sem_done(id, semnum, semop, nsops, semval);
}

void host_event_sem_blocked(int id, unsigned int semnum, int semop, unsigned int nsops, int semval)
{
	trace_sem_blocked(id, semnum, semop, nsops, semval);
}

void host_event_sem_woken(int id, int error, unsigned long waited_ns)
{
	trace_sem_woken(id, error, waited_ns);
}

void host_event_sem_undone(int id, unsigned int semnum, int semadj, int semval)
{
	trace_sem_undone(id, semnum, semadj, semval);
}

void host_event_shm_attached(int id, unsigned long nattch)
{
	trace_shm_attached(id, nattch);
}

void host_event_shm_detached(int id, unsigned long nattch)
{
	trace_shm_detached(id, nattch);
}

void host_event_shm_marked(int id, unsigned long nattch)
{
	trace_shm_marked(id, nattch);
}
