// SPDX-License-Identifier: GPL-2.0
/*
 * IpcNamespace: the objects and limits that one set of tasks shares.
 *
 * The kernel's IPC namespaces define these sets; the IpcNamespace that belongs to one is created by the first
 * call that needs it (ns/namespaces.hpp) and destroyed when the kernel's ends.
 *
 * Lifetime: a task's call can use its namespace as long as the call lasts.  Longer uses hold the kernel's
 *     namespace (handle()), or read it under RCU.
 */
#pragma once

#include <base/result.hpp>
#include <ids/id_table.hpp>
#include <mem/address_map.hpp>
#include <mem/box.hpp>
#include <mem/limited_sum.hpp>
#include <mem/percpu_sum.hpp>
#include <ns/limits.hpp>
#include <os/ipc_ns_handle.hpp>
#include <os/trace.hpp>

namespace sysvipc {

enum class Kind : u8 { Semaphores, Messages, SharedMemory };
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
    static void destroy(IpcNamespace* ns) noexcept; /* must be empty; sleeps */

    /* The kernel's namespace. */
    [[nodiscard]] IpcNsHandle handle() const noexcept { return handle_; }
    /* Its number as in lsns(8) and other tools. */
    [[nodiscard]] u32 number() const noexcept { return number_; }
    /* Whether it belongs to the kernel's namespace that is now at that address. */
    [[nodiscard]] bool is_of(IpcNsHandle handle) const noexcept { return mark_ == handle.mark(); }
    /* hold() keeps it until drop(); a no-op for the initial one.  Neither sleeps. */
    void hold() const noexcept
    {
        if (!is_initial_)
            handle_.hold();
    }
    /* Must be the last use of it, unless a task is in it. */
    void drop() const noexcept
    {
        if (!is_initial_)
            handle_.drop();
    }

    /* Objects can be created in it from now on. */
    void open() noexcept;
    /* The kernel's namespace is ending; it is freed after an RCU grace period. */
    void end() noexcept { has_ended_.store_release(true); }

    /*
     * Whether unmapped segments are to be removed (shm_rmid_forced).  The caller holds the
     * namespace, or RCU if it may have ended.
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
    /* Links ended namespaces that are waiting to be buried (ns/namespaces.cpp). */
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

/* For Trace::ipc_removed(): @object is about to be removed. */
template <class Object>
COLD [[gnu::noinline]] void tell_removed(const Object& object, Removal why) noexcept
{
    Trace::ipc_removed(static_cast<int>(Object::kKind), object.id(), object.key(), why);
}

template <class Object>
COLD [[gnu::noinline]] void tell_not_found(IpcId id) noexcept
{
    if (Trace::ipc_not_found())
        Trace::ipc_not_found(static_cast<int>(Object::kKind), id);
}

/* Under RCU; nullptr: none, which is traced. */
template <class Object>
[[nodiscard, gnu::always_inline]] inline Object* find_or_tell(IpcNamespace& ns, IpcId id) noexcept
{
    if (Object* object = ns.table(Object::kKind).template find<Object>(id)) [[likely]]
        return object;
    tell_not_found<Object>(id);
    return nullptr;
}

} // namespace sysvipc
