// SPDX-License-Identifier: GPL-2.0
/*
 * host: tests if a trace event is enabled (contracts: include/host/events.h).  Joined with the C++, so that the
 * test is one instruction there.
 */
#include "../kapi/shim.h"
#include "sysvipc_events.h"

KAPI_SHIM bool host_event_ipc_created_on(void)
{
	return trace_ipc_created_enabled();
}

KAPI_SHIM bool host_event_ipc_removed_on(void)
{
	return trace_ipc_removed_enabled();
}

KAPI_SHIM bool host_event_ipc_not_found_on(void)
{
	return trace_ipc_not_found_enabled();
}

KAPI_SHIM bool host_event_ipc_limit_hit_on(void)
{
	return trace_ipc_limit_hit_enabled();
}

KAPI_SHIM bool host_event_ipc_refused_on(void)
{
	return trace_ipc_refused_enabled();
}

KAPI_SHIM bool host_event_msg_sent_on(void)
{
	return trace_msg_sent_enabled();
}

KAPI_SHIM bool host_event_msg_received_on(void)
{
	return trace_msg_received_enabled();
}

KAPI_SHIM bool host_event_msg_handed_over_on(void)
{
	return trace_msg_handed_over_enabled();
}

KAPI_SHIM bool host_event_msg_blocked_on(void)
{
	return trace_msg_blocked_enabled();
}

KAPI_SHIM bool host_event_sem_done_on(void)
{
	return trace_sem_done_enabled();
}

KAPI_SHIM bool host_event_sem_blocked_on(void)
{
	return trace_sem_blocked_enabled();
}

KAPI_SHIM bool host_event_sem_woken_on(void)
{
	return trace_sem_woken_enabled();
}

KAPI_SHIM bool host_event_sem_undone_on(void)
{
	return trace_sem_undone_enabled();
}

KAPI_SHIM bool host_event_shm_attached_on(void)
{
	return trace_shm_attached_enabled();
}

KAPI_SHIM bool host_event_shm_detached_on(void)
{
	return trace_shm_detached_enabled();
}

KAPI_SHIM bool host_event_shm_marked_on(void)
{
	return trace_shm_marked_enabled();
}
