// SPDX-License-Identifier: GPL-2.0
/*
 * IpcNamespace: the objects and limits that one set of tasks shares.
 *
 * The kernel's IPC namespaces define these sets.  The first call in one creates its IpcNamespace
 * (ns/namespaces.hpp), which is destroyed when the kernel's ends.
 *
 * Lifetime: a task's call can use its namespace as long as the call lasts.  Longer uses hold the kernel's
 *     namespace (handle()), or read it under RCU.
 */
#pragma once

#include <base/result.hpp>
#include <host/events.h>
#include <ids/id_table.hpp>
#include <mem/address_map.hpp>
#include <mem/box.hpp>
#include <mem/limited_sum.hpp>
#include <mem/percpu_sum.hpp>
#include <ns/limits.hpp>
#include <os/ipc_ns_handle.hpp>
#include <os/trace.hpp>

namespace sysvipc {

enum class Kind : u8 {
    Semaphores = HOST_EVENT_KIND_SEM,
    Messages = HOST_EVENT_KIND_MSG,
    SharedMemory = HOST_EVENT_KIND_SHM
};
inline constexpr usize kKinds = 3;

/* Totals of all queues of a namespace. */
struct MessageUsage {
    PerCpuSum messages;
    PerCpuSum bytes;
};

class IpcNamespace : public kapi_addressed, Pinned {
public:
    /* For the kernel's namespace @handle.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<Box<IpcNamespace>> create(IpcNsHandle handle) noexcept;
    static void destroy(IpcNamespace* ns) noexcept; /* precondition: no objects; sleeps */

    /* The kernel's namespace. */
    [[nodiscard]] IpcNsHandle handle() const noexcept { return handle_; }
    /* The namespace's number in lsns(8) and other tools. */
    [[nodiscard]] u32 number() const noexcept { return number_; }
    /* True if it belongs to the kernel's namespace that is now at the address of @handle. */
    [[nodiscard]] bool is_of(IpcNsHandle handle) const noexcept { return mark_ == handle.mark(); }
    /* hold() keeps it until drop(); both are no-ops for the initial one.  hold() does not sleep. */
    void hold() const noexcept
    {
        if (!is_initial_)
            handle_.hold();
    }
    /* The caller must not use it afterwards, unless a task is in it.  May sleep: IpcNsHandle::drop(). */
    void drop() const noexcept
    {
        if (!is_initial_)
            handle_.drop();
    }

    /* Allows creating objects in it. */
    void open() noexcept;
    /* Call when the kernel's namespace ends, an RCU grace period before it is freed. */
    void end() noexcept { has_ended_.store_release(true); }

    /*
     * True if unmapped segments must be removed (shm_rmid_forced).  Precondition: the caller holds the
     * namespace, or, if it may have ended, RCU.
     */
    [[nodiscard]] bool removes_unmapped() noexcept
    {
        return !has_ended_.load_acquire() && limits_.shm_rmid_forced.load_relaxed() != 0;
    }

    [[nodiscard]] IdTable& table(Kind kind) noexcept { return tables_[static_cast<usize>(kind)]; }
    [[nodiscard]] Limits& limits() noexcept { return limits_; }
    [[nodiscard]] MessageUsage& message_usage() noexcept { return message_usage_; }
    /* The semaphores of all sets; the pages of all segments. */
    [[nodiscard]] LimitedSum& semaphores() noexcept { return semaphores_; }
    [[nodiscard]] LimitedSum& pages() noexcept { return pages_; }
    /* Links ended namespaces that wait for burial (ns/namespaces.cpp). */
    IpcNamespace* ended_before { nullptr };

    /* The user namespace whose capabilities override permissions here. */
    [[nodiscard]] UserNamespace owner() const noexcept { return handle_.owner(); }

private:
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    explicit IpcNamespace(IpcNsHandle handle) noexcept
        : kapi_addressed { {}, handle.identity() },
          handle_(handle),
          is_initial_(handle.identity() == IpcNsHandle::initial().identity()),
          mark_(is_initial_ ? 0 : handle.make_mark()),
          number_(handle.number()),
          limits_(handle)
    {
        for (usize kind = 0; kind < kKinds; ++kind)
            tables_[kind].take_next_ids_from(handle.settings().next_id[kind]);
    }
    [[nodiscard]] Result<void> start() noexcept;

    const IpcNsHandle handle_;
    const bool is_initial_;
    const unsigned long mark_; /* of the kernel's namespace */
    const u32 number_;
    Atomic<bool> has_ended_ { false };
    IdTable tables_[kKinds];
    usize tables_started_ { 0 };
    Limits limits_;
    MessageUsage message_usage_;
    LimitedSum semaphores_;
    LimitedSum pages_;
};

/* Emits ipc_removed; call before @object is removed. */
template <class Object>
COLD [[gnu::noinline]] void trace_removed(const Object& object, Removal why) noexcept
{
    Trace::ipc_removed(static_cast<int>(Object::kKind), object.id(), object.key(), why);
}

template <class Object>
COLD [[gnu::noinline]] void trace_not_found(IpcId id) noexcept
{
    if (Trace::ipc_not_found())
        Trace::ipc_not_found(static_cast<int>(Object::kKind), id);
}

/* Finds an object; nullptr: none, which is traced.  Call under RCU. */
template <class Object>
[[nodiscard, gnu::always_inline]] inline Object* find_traced(IpcNamespace& ns, IpcId id) noexcept
{
    if (Object* object = ns.table(Object::kKind).template find<Object>(id)) [[likely]]
        return object;
    trace_not_found<Object>(id);
    return nullptr;
}

} // namespace sysvipc
