// SPDX-License-Identifier: GPL-2.0
/*
 * Trace: the trace events (host/events.h).  Without arguments: is the event enabled?  With arguments: emit it.
 *
 *     if (Trace::shm_marked()) [[unlikely]]
 *         Trace::shm_marked(id(), state->attaches);
 *
 * Test first, so that arguments are computed only if the event is enabled.
 *
 * Context: any, with any lock held.
 */
#pragma once

#include <base/types.hpp>
#include <host/events.h>
#include <rules/ipc_id.hpp>

namespace sysvipc {

/* Why an object was removed. */
enum class Removal : u8 {
    Rmid = HOST_EVENT_REMOVED_RMID,
    Namespace = HOST_EVENT_REMOVED_NAMESPACE,
    Forced = HOST_EVENT_REMOVED_FORCED,
    LastDetach = HOST_EVENT_REMOVED_LAST_DETACH
};

struct Trace {
    [[nodiscard, gnu::always_inline]] static bool ipc_created() noexcept
    {
        return host_event_ipc_created_on();
    }
    COLD static void ipc_created(int kind, IpcId id, Key key, u32 mode, u64 size) noexcept
    {
        host_event_ipc_created(kind, id.value(), key.value(), mode, size);
    }
    [[nodiscard, gnu::always_inline]] static bool ipc_removed() noexcept
    {
        return host_event_ipc_removed_on();
    }
    COLD static void ipc_removed(int kind, IpcId id, Key key, Removal why) noexcept
    {
        host_event_ipc_removed(kind, id.value(), key.value(), static_cast<int>(why));
    }
    [[nodiscard, gnu::always_inline]] static bool ipc_not_found() noexcept
    {
        return host_event_ipc_not_found_on();
    }
    COLD static void ipc_not_found(int kind, Key key) noexcept
    {
        host_event_ipc_not_found(kind, true, key.value());
    }
    COLD static void ipc_not_found(int kind, IpcId id) noexcept
    {
        host_event_ipc_not_found(kind, false, id.value());
    }
    [[nodiscard, gnu::always_inline]] static bool ipc_limit_hit() noexcept
    {
        return host_event_ipc_limit_hit_on();
    }
    COLD static void ipc_limit_hit(int limit, u64 value, u64 in_use, u64 wanted) noexcept
    {
        host_event_ipc_limit_hit(limit, value, in_use, wanted);
    }
    [[nodiscard, gnu::always_inline]] static bool ipc_refused() noexcept
    {
        return host_event_ipc_refused_on();
    }
    COLD static void ipc_refused(IpcId id, Key key, u32 wanted, u32 caller, u32 owner, u32 creator,
                                 u32 mode) noexcept
    {
        host_event_ipc_refused(id.value(), key.value(), wanted, caller, owner, creator, mode);
    }
    [[nodiscard, gnu::always_inline]] static bool msg_sent() noexcept
    {
        return host_event_msg_sent_on();
    }
    COLD static void msg_sent(int id, i64 type, u64 size, u32 queued) noexcept
    {
        host_event_msg_sent(id, type, size, queued);
    }
    [[nodiscard, gnu::always_inline]] static bool msg_received() noexcept
    {
        return host_event_msg_received_on();
    }
    COLD static void msg_received(int id, i64 type, u64 size, u32 queued) noexcept
    {
        host_event_msg_received(id, type, size, queued);
    }
    [[nodiscard, gnu::always_inline]] static bool msg_handed_over() noexcept
    {
        return host_event_msg_handed_over_on();
    }
    COLD static void msg_handed_over(int id, i64 type, u64 size, kapi_pid* receiver) noexcept
    {
        host_event_msg_handed_over(id, type, size, receiver);
    }
    [[nodiscard, gnu::always_inline]] static bool msg_blocked() noexcept
    {
        return host_event_msg_blocked_on();
    }
    COLD static void msg_blocked(IpcId id, bool sends, i64 type, u64 size, u32 queued) noexcept
    {
        host_event_msg_blocked(id.value(), sends, type, size, queued);
    }
    [[nodiscard, gnu::always_inline]] static bool sem_done() noexcept
    {
        return host_event_sem_done_on();
    }
    COLD static void sem_done(IpcId id, u32 number, i32 change, u32 count, i32 value) noexcept
    {
        host_event_sem_done(id.value(), number, change, count, value);
    }
    [[nodiscard, gnu::always_inline]] static bool sem_blocked() noexcept
    {
        return host_event_sem_blocked_on();
    }
    COLD static void sem_blocked(IpcId id, u32 number, i32 change, u32 count, i32 value) noexcept
    {
        host_event_sem_blocked(id.value(), number, change, count, value);
    }
    [[nodiscard, gnu::always_inline]] static bool sem_woken() noexcept
    {
        return host_event_sem_woken_on();
    }
    COLD static void sem_woken(IpcId id, i32 error, u64 waited) noexcept
    {
        host_event_sem_woken(id.value(), error, waited);
    }
    [[nodiscard, gnu::always_inline]] static bool sem_undone() noexcept
    {
        return host_event_sem_undone_on();
    }
    COLD static void sem_undone(IpcId id, u32 number, i32 adjustment, i32 value) noexcept
    {
        host_event_sem_undone(id.value(), number, adjustment, value);
    }
    [[nodiscard, gnu::always_inline]] static bool shm_attached() noexcept
    {
        return host_event_shm_attached_on();
    }
    COLD static void shm_attached(IpcId id, u64 attaches) noexcept
    {
        host_event_shm_attached(id.value(), attaches);
    }
    [[nodiscard, gnu::always_inline]] static bool shm_detached() noexcept
    {
        return host_event_shm_detached_on();
    }
    COLD static void shm_detached(IpcId id, u64 attaches) noexcept
    {
        host_event_shm_detached(id.value(), attaches);
    }
    [[nodiscard, gnu::always_inline]] static bool shm_marked() noexcept
    {
        return host_event_shm_marked_on();
    }
    COLD static void shm_marked(IpcId id, u64 attaches) noexcept
    {
        host_event_shm_marked(id.value(), attaches);
    }
};

} // namespace sysvipc
