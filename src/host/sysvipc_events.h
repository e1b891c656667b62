/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: the trace events of the system "sysvipc" (docs/observability.md).  Names, fields and their order are stable:
 * new fields come last.  Events never contain the contents of messages and segments.
 *
 * Each event contains the number, shown by lsns(8), of the current task's IPC namespace, or of its stand-in
 * (stand_in.h), or 0.
 *
 * Included several times with different macros: <linux/tracepoint.h>, <trace/define_trace.h>.
 */
#undef TRACE_SYSTEM
#ifdef SYSVIPC_KUNIT
#define TRACE_SYSTEM sysvipc_kunit
#else
#define TRACE_SYSTEM sysvipc
#endif

#if !defined(SYSVIPC_EVENTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define SYSVIPC_EVENTS_H

#include <linux/tracepoint.h>

#include "ipc_ns_number.h"
#include <host/events.h>

/* The kernel's own layout of such headers. */
/* clang-format off */

#define SHOW_KIND(kind)                                                                            \
	__print_symbolic(kind, { HOST_EVENT_KIND_SEM, "sem" }, { HOST_EVENT_KIND_MSG, "msg" },     \
			 { HOST_EVENT_KIND_SHM, "shm" })

/* --- All objects. */

TRACE_EVENT(ipc_created,
	TP_PROTO(int kind, int id, int key, unsigned int mode, unsigned long size),
	TP_ARGS(kind, id, key, mode, size),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, kind)
		__field(int, id)
		__field(int, key)
		__field(unsigned int, mode)
		__field(unsigned long, size)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->kind = kind;
		__entry->id = id;
		__entry->key = key;
		__entry->mode = mode;
		__entry->size = size;
	),
	TP_printk("ns=%u kind=%s id=%d key=0x%08x mode=0%o size=%lu", __entry->ns,
		  SHOW_KIND(__entry->kind), __entry->id, __entry->key, __entry->mode, __entry->size)
);

TRACE_EVENT(ipc_removed,
	TP_PROTO(int kind, int id, int key, int why),
	TP_ARGS(kind, id, key, why),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, kind)
		__field(int, id)
		__field(int, key)
		__field(int, why)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->kind = kind;
		__entry->id = id;
		__entry->key = key;
		__entry->why = why;
	),
	TP_printk("ns=%u kind=%s id=%d key=0x%08x why=%s", __entry->ns, SHOW_KIND(__entry->kind),
		  __entry->id, __entry->key,
		  __print_symbolic(__entry->why, { HOST_EVENT_REMOVED_RMID, "rmid" },
				   { HOST_EVENT_REMOVED_NAMESPACE, "namespace" },
				   { HOST_EVENT_REMOVED_FORCED, "forced" },
				   { HOST_EVENT_REMOVED_LAST_DETACH, "last_detach" }))
);

TRACE_EVENT(ipc_not_found,
	TP_PROTO(int kind, int by_key, int number),
	TP_ARGS(kind, by_key, number),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, kind)
		__field(int, by_key)
		__field(int, number)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->kind = kind;
		__entry->by_key = by_key;
		__entry->number = number;
	),
	TP_printk("ns=%u kind=%s %s=%d", __entry->ns, SHOW_KIND(__entry->kind),
		  __entry->by_key ? "key" : "id", __entry->number)
);

TRACE_EVENT(ipc_limit_hit,
	TP_PROTO(int limit, unsigned long value, unsigned long in_use, unsigned long wanted),
	TP_ARGS(limit, value, in_use, wanted),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, limit)
		__field(unsigned long, value)
		__field(unsigned long, in_use)
		__field(unsigned long, wanted)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->limit = limit;
		__entry->value = value;
		__entry->in_use = in_use;
		__entry->wanted = wanted;
	),
	TP_printk("ns=%u limit=%s value=%lu in_use=%lu wanted=%lu", __entry->ns,
		  __print_symbolic(__entry->limit, { HOST_EVENT_LIMIT_MSGMAX, "msgmax" },
				   { HOST_EVENT_LIMIT_MSGMNB, "msgmnb" },
				   { HOST_EVENT_LIMIT_MSGMNI, "msgmni" },
				   { HOST_EVENT_LIMIT_SEMMSL, "semmsl" },
				   { HOST_EVENT_LIMIT_SEMMNS, "semmns" },
				   { HOST_EVENT_LIMIT_SEMOPM, "semopm" },
				   { HOST_EVENT_LIMIT_SEMMNI, "semmni" },
				   { HOST_EVENT_LIMIT_SHMMAX, "shmmax" },
				   { HOST_EVENT_LIMIT_SHMALL, "shmall" },
				   { HOST_EVENT_LIMIT_SHMMNI, "shmmni" }),
		  __entry->value, __entry->in_use, __entry->wanted)
);

/* "wanted": permission bits in any of the three groups; 0: an action reserved to owners. */
TRACE_EVENT(ipc_refused,
	TP_PROTO(int id, int key, unsigned int wanted, unsigned int caller, unsigned int owner,
		 unsigned int creator, unsigned int mode),
	TP_ARGS(id, key, wanted, caller, owner, creator, mode),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(int, key)
		__field(unsigned int, wanted)
		__field(unsigned int, caller)
		__field(unsigned int, owner)
		__field(unsigned int, creator)
		__field(unsigned int, mode)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->key = key;
		__entry->wanted = wanted;
		__entry->caller = caller;
		__entry->owner = owner;
		__entry->creator = creator;
		__entry->mode = mode;
	),
	TP_printk("ns=%u id=%d key=0x%08x wanted=0%o caller=%u owner=%u creator=%u mode=0%o",
		  __entry->ns, __entry->id, __entry->key, __entry->wanted, __entry->caller,
		  __entry->owner, __entry->creator, __entry->mode)
);

/* --- Message queues. */

DECLARE_EVENT_CLASS(sysvipc_message,
	TP_PROTO(int id, long type, unsigned long size, unsigned int queued),
	TP_ARGS(id, type, size, queued),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(long, type)
		__field(unsigned long, size)
		__field(unsigned int, queued)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->type = type;
		__entry->size = size;
		__entry->queued = queued;
	),
	TP_printk("ns=%u id=%d type=%ld size=%lu queued=%u", __entry->ns, __entry->id,
		  __entry->type, __entry->size, __entry->queued)
);

/* "queued": the number of messages in the queue afterwards. */
DEFINE_EVENT(sysvipc_message, msg_sent,
	TP_PROTO(int id, long type, unsigned long size, unsigned int queued),
	TP_ARGS(id, type, size, queued));
DEFINE_EVENT(sysvipc_message, msg_received,
	TP_PROTO(int id, long type, unsigned long size, unsigned int queued),
	TP_ARGS(id, type, size, queued));

/* The sender delivers the message to "receiver", a task that sleeps in msgrcv(); no msg_received follows. */
TRACE_EVENT(msg_handed_over,
	TP_PROTO(int id, long type, unsigned long size, struct pid *receiver),
	TP_ARGS(id, type, size, receiver),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(long, type)
		__field(unsigned long, size)
		__field(int, receiver)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->type = type;
		__entry->size = size;
		__entry->receiver = pid_nr(receiver);
	),
	TP_printk("ns=%u id=%d type=%ld size=%lu receiver=%d", __entry->ns, __entry->id,
		  __entry->type, __entry->size, __entry->receiver)
);

/* "type" and "size": of the message to send, or the arguments of msgrcv(). */
TRACE_EVENT(msg_blocked,
	TP_PROTO(int id, int sends, long type, unsigned long size, unsigned int queued),
	TP_ARGS(id, sends, type, size, queued),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(int, sends)
		__field(long, type)
		__field(unsigned long, size)
		__field(unsigned int, queued)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->sends = sends;
		__entry->type = type;
		__entry->size = size;
		__entry->queued = queued;
	),
	TP_printk("ns=%u id=%d for=%s type=%ld size=%lu queued=%u", __entry->ns, __entry->id,
		  __entry->sends ? "room" : "message", __entry->type, __entry->size,
		  __entry->queued)
);

/* --- Semaphores. */

DECLARE_EVENT_CLASS(sysvipc_operation,
	TP_PROTO(int id, unsigned int semnum, int semop, unsigned int nsops, int semval),
	TP_ARGS(id, semnum, semop, nsops, semval),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(unsigned int, semnum)
		__field(int, semop)
		__field(unsigned int, nsops)
		__field(int, semval)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->semnum = semnum;
		__entry->semop = semop;
		__entry->nsops = nsops;
		__entry->semval = semval;
	),
	TP_printk("ns=%u id=%d semnum=%u semop=%d nsops=%u semval=%d", __entry->ns, __entry->id,
		  __entry->semnum, __entry->semop, __entry->nsops, __entry->semval)
);

/* The first operation of a call that was performed, possibly by another task; "semval": the value afterwards. */
DEFINE_EVENT(sysvipc_operation, sem_done,
	TP_PROTO(int id, unsigned int semnum, int semop, unsigned int nsops, int semval),
	TP_ARGS(id, semnum, semop, nsops, semval));
/* The operation that is not possible; the task sleeps. */
DEFINE_EVENT(sysvipc_operation, sem_blocked,
	TP_PROTO(int id, unsigned int semnum, int semop, unsigned int nsops, int semval),
	TP_ARGS(id, semnum, semop, nsops, semval));

/* A task stops waiting.  "error": errno; 0: its operations are done. */
TRACE_EVENT(sem_woken,
	TP_PROTO(int id, int error, unsigned long waited_ns),
	TP_ARGS(id, error, waited_ns),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(int, error)
		__field(unsigned long, waited_ns)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->error = error;
		__entry->waited_ns = waited_ns;
	),
	TP_printk("ns=%u id=%d error=%d waited_ns=%lu", __entry->ns, __entry->id, __entry->error,
		  __entry->waited_ns)
);

/* SEM_UNDO at exit; "semval": the value afterwards. */
TRACE_EVENT(sem_undone,
	TP_PROTO(int id, unsigned int semnum, int semadj, int semval),
	TP_ARGS(id, semnum, semadj, semval),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(unsigned int, semnum)
		__field(int, semadj)
		__field(int, semval)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->semnum = semnum;
		__entry->semadj = semadj;
		__entry->semval = semval;
	),
	TP_printk("ns=%u id=%d semnum=%u semadj=%d semval=%d", __entry->ns, __entry->id,
		  __entry->semnum, __entry->semadj, __entry->semval)
);

/* --- Shared memory. */

DECLARE_EVENT_CLASS(sysvipc_segment,
	TP_PROTO(int id, unsigned long nattch),
	TP_ARGS(id, nattch),
	TP_STRUCT__entry(
		__field(unsigned int, ns)
		__field(int, id)
		__field(unsigned long, nattch)
	),
	TP_fast_assign(
		__entry->ns = host_ipc_ns_number_of_current();
		__entry->id = id;
		__entry->nattch = nattch;
	),
	TP_printk("ns=%u id=%d nattch=%lu", __entry->ns, __entry->id, __entry->nattch)
);

/* A mapping was created (by shmat(), fork(), a split) or removed; "nattch" also counts running shmat() calls. */
DEFINE_EVENT(sysvipc_segment, shm_attached,
	TP_PROTO(int id, unsigned long nattch),
	TP_ARGS(id, nattch));
DEFINE_EVENT(sysvipc_segment, shm_detached,
	TP_PROTO(int id, unsigned long nattch),
	TP_ARGS(id, nattch));
/* IPC_RMID of a mapped segment: its last mapping removes it. */
DEFINE_EVENT(sysvipc_segment, shm_marked,
	TP_PROTO(int id, unsigned long nattch),
	TP_ARGS(id, nattch));


#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE sysvipc_events
#include <trace/define_trace.h>
