/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: trace events (fields: src/host/sysvipc_events.h).
 *
 * host_event_NAME_on(): true if a consumer is attached (a static branch).  host_event_NAME(): emits the event.
 * Any context, any lock may be held.
 */
#ifndef SYSVIPC_HOST_EVENTS_H
#define SYSVIPC_HOST_EVENTS_H

#include <kapi/types.h>

/*
 * The numbers in the events.  Macros: the formats of the events, which programs read, shall have numbers, and they
 * would have the names of enumerators.
 */
#define HOST_EVENT_KIND_SEM 0
#define HOST_EVENT_KIND_MSG 1
#define HOST_EVENT_KIND_SHM 2

#define HOST_EVENT_REMOVED_RMID 0
#define HOST_EVENT_REMOVED_NAMESPACE 1
#define HOST_EVENT_REMOVED_FORCED 2
#define HOST_EVENT_REMOVED_LAST_DETACH 3

#define HOST_EVENT_LIMIT_MSGMAX 0
#define HOST_EVENT_LIMIT_MSGMNB 1
#define HOST_EVENT_LIMIT_MSGMNI 2
#define HOST_EVENT_LIMIT_SEMMSL 3
#define HOST_EVENT_LIMIT_SEMMNS 4
#define HOST_EVENT_LIMIT_SEMOPM 5
#define HOST_EVENT_LIMIT_SEMMNI 6
#define HOST_EVENT_LIMIT_SHMMAX 7
#define HOST_EVENT_LIMIT_SHMALL 8
#define HOST_EVENT_LIMIT_SHMMNI 9

KAPI_BEGIN

struct kapi_pid;

bool host_event_ipc_created_on(void);
void host_event_ipc_created(int kind, int id, int key, unsigned int mode, unsigned long size);
bool host_event_ipc_removed_on(void);
void host_event_ipc_removed(int kind, int id, int key, int why);
bool host_event_ipc_not_found_on(void);
void host_event_ipc_not_found(int kind, int by_key, int number);
bool host_event_ipc_limit_hit_on(void);
void host_event_ipc_limit_hit(int limit, unsigned long value, unsigned long in_use,
			      unsigned long wanted);
bool host_event_ipc_refused_on(void);
void host_event_ipc_refused(int id, int key, unsigned int wanted, unsigned int caller,
			    unsigned int owner, unsigned int creator, unsigned int mode);
bool host_event_msg_sent_on(void);
void host_event_msg_sent(int id, long type, unsigned long size, unsigned int queued);
bool host_event_msg_received_on(void);
void host_event_msg_received(int id, long type, unsigned long size, unsigned int queued);
bool host_event_msg_handed_over_on(void);
void host_event_msg_handed_over(int id, long type, unsigned long size, struct kapi_pid *receiver);
bool host_event_msg_blocked_on(void);
void host_event_msg_blocked(int id, int sends, long type, unsigned long size, unsigned int queued);
bool host_event_sem_done_on(void);
void host_event_sem_done(int id, unsigned int semnum, int semop, unsigned int nsops, int semval);
bool host_event_sem_blocked_on(void);
void host_event_sem_blocked(int id, unsigned int semnum, int semop, unsigned int nsops, int semval);
bool host_event_sem_woken_on(void);
void host_event_sem_woken(int id, int error, unsigned long waited_ns);
bool host_event_sem_undone_on(void);
void host_event_sem_undone(int id, unsigned int semnum, int semadj, int semval);
bool host_event_shm_attached_on(void);
void host_event_shm_attached(int id, unsigned long nattch);
bool host_event_shm_detached_on(void);
void host_event_shm_detached(int id, unsigned long nattch);
bool host_event_shm_marked_on(void);
void host_event_shm_marked(int id, unsigned long nattch);

KAPI_END

#endif
