// SPDX-License-Identifier: GPL-2.0
/*
 * host: trace events (contracts: include/host/events.h).  While a test listens, they are kept as
 * "name number..."; at other times, events are disabled.
 */
#include "events.hpp"

#include <host/events.h>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace hosted {

namespace {

std::atomic<bool> is_heard { false };
std::mutex lock;
std::vector<std::string> heard;

template <class... Numbers>
void keep(const char* name, Numbers... numbers)
{
    std::string text { name };
    ((text += " " + std::to_string(numbers)), ...);
    const std::lock_guard guard { lock };
    heard.push_back(text);
}

} // namespace

void listen_to_events() noexcept
{
    const std::lock_guard guard { lock };
    heard.clear();
    is_heard.store(true);
}

std::vector<std::string> stop_listening() noexcept
{
    is_heard.store(false);
    const std::lock_guard guard { lock };
    return std::move(heard);
}

} // namespace hosted

using namespace hosted;

bool host_event_ipc_created_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_ipc_created(int kind, int id, int key, unsigned int mode, unsigned long size)
{
    keep("ipc_created", kind, id, key, mode, size);
}
bool host_event_ipc_removed_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_ipc_removed(int kind, int id, int key, int why)
{
    keep("ipc_removed", kind, id, key, why);
}
bool host_event_ipc_not_found_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_ipc_not_found(int kind, int by_key, int number)
{
    keep("ipc_not_found", kind, by_key, number);
}
bool host_event_ipc_limit_hit_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_ipc_limit_hit(int limit, unsigned long value, unsigned long in_use,
                              unsigned long wanted)
{
    keep("ipc_limit_hit", limit, value, in_use, wanted);
}
bool host_event_ipc_refused_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_ipc_refused(int id, int key, unsigned int wanted, unsigned int caller,
                            unsigned int owner, unsigned int creator, unsigned int mode)
{
    keep("ipc_refused", id, key, wanted, caller, owner, creator, mode);
}
bool host_event_msg_sent_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_msg_sent(int id, long type, unsigned long size, unsigned int queued)
{
    keep("msg_sent", id, type, size, queued);
}
bool host_event_msg_received_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_msg_received(int id, long type, unsigned long size, unsigned int queued)
{
    keep("msg_received", id, type, size, queued);
}
bool host_event_msg_handed_over_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_msg_handed_over(int id, long type, unsigned long size, kapi_pid*)
{
    keep("msg_handed_over", id, type, size);
}
bool host_event_msg_blocked_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_msg_blocked(int id, int sends, long type, unsigned long size, unsigned int queued)
{
    keep("msg_blocked", id, sends, type, size, queued);
}
bool host_event_sem_done_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_sem_done(int id, unsigned int semnum, int semop, unsigned int nsops, int semval)
{
    keep("sem_done", id, semnum, semop, nsops, semval);
}
bool host_event_sem_blocked_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_sem_blocked(int id, unsigned int semnum, int semop, unsigned int nsops, int semval)
{
    keep("sem_blocked", id, semnum, semop, nsops, semval);
}
bool host_event_sem_woken_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_sem_woken(int id, int error, unsigned long waited_ns)
{
    keep("sem_woken", id, error, waited_ns);
}
bool host_event_sem_undone_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_sem_undone(int id, unsigned int semnum, int semadj, int semval)
{
    keep("sem_undone", id, semnum, semadj, semval);
}
bool host_event_shm_attached_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_shm_attached(int id, unsigned long nattch)
{
    keep("shm_attached", id, nattch);
}
bool host_event_shm_detached_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_shm_detached(int id, unsigned long nattch)
{
    keep("shm_detached", id, nattch);
}
bool host_event_shm_marked_on()
{
    return is_heard.load(std::memory_order_relaxed);
}
void host_event_shm_marked(int id, unsigned long nattch)
{
    keep("shm_marked", id, nattch);
}
