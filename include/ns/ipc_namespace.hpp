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

namespace sysvipc {

enum class Kind : u8 { Semaphores, Messages, SharedMemory };
inline constexpr usize kKinds = 3;

/* What stands in all queues of a namespace together. */
struct MessageUsage {
    PerCpuSum messages;
    PerCpuSum bytes;
};

class IpcNamespace : public kapi_addressed, Pinned {
public:
    /* For the kernel's @handle.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<Box<IpcNamespace>> create(IpcNsHandle handle) noexcept;
    static void destroy(IpcNamespace* ns) noexcept; /* empty by now; sleeps */

    /* What the kernel has for it. */
    [[nodiscard]] IpcNsHandle handle() const noexcept { return handle_; }
    /* Its number as lsns(8) shows it, and others of the kernel's tools. */
    [[nodiscard]] u32 number() const noexcept { return number_; }
    /* Whether it belongs to the one that is at that address now. */
    [[nodiscard]] bool is_of(IpcNsHandle handle) const noexcept { return mark_ == handle.mark(); }
    /* Keeps it until drop(); the initial one needs no keeping.  Neither sleeps. */
    void hold() const noexcept
    {
        if (!is_initial_)
            handle_.hold();
    }
    /* The last thing done to it, unless a task is in it. */
    void drop() const noexcept
    {
        if (!is_initial_)
            handle_.drop();
    }

    /* From now on objects can be made in it. */
    void open() noexcept;
    /* The kernel's is at its end, and goes when RCU lets it. */
    void end() noexcept { has_ended_.store_release(true); }

    /*
     * Whether segments that nobody maps are to go (shm_rmid_forced).  The namespace is held, or may have
     * ended already; then under RCU.
     */
    [[nodiscard]] bool removes_unmapped() noexcept
    {
        return !has_ended_.load_acquire() && limits_.shm_rmid_forced.load_relaxed() != 0;
    }

    [[nodiscard]] IdTable& table(Kind kind) noexcept { return tables_[static_cast<usize>(kind)]; }
    [[nodiscard]] Limits& limits() noexcept { return limits_; }
    [[nodiscard]] MessageUsage& message_usage() noexcept { return message_usage_; }
    /* The semaphores of all sets, the pages of all segments together. */
    [[nodiscard]] LimitedSum& semaphores() noexcept { return semaphores_; }
    [[nodiscard]] LimitedSum& pages() noexcept { return pages_; }
    /* Of those that wait to be buried (ns/namespaces.cpp). */
    IpcNamespace* ended_before { nullptr };

    /* Whose capabilities override permissions here. */
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
    const unsigned long mark_; /* of the kernel's */
    const u32 number_;
    Atomic<bool> has_ended_ { false };
    IdTable tables_[kKinds];
    usize tables_started_ { 0 };
    Limits limits_;
    MessageUsage message_usage_;
    LimitedSum semaphores_;
    LimitedSum pages_;
};

} // namespace sysvipc
