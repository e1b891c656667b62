// SPDX-License-Identifier: GPL-2.0
/*
 * IpcNamespace: the objects and limits that one set of tasks shares.
 *
 * The kernel knows which tasks those are; the one that belongs to a namespace of the kernel's is made by
 * the first call that needs it (ns/namespaces.hpp), and goes when the kernel's does.
 *
 * Lifetime: whoever calls for a task has it as long as the call lasts.  What outlives that holds the
 *     kernel's (handle()), or is looked at under RCU.
 */
#pragma once

#include <base/list.hpp>
#include <base/result.hpp>
#include <ids/id_table.hpp>
#include <mem/address_map.hpp>
#include <mem/box.hpp>
#include <mem/limited_sum.hpp>
#include <mem/percpu_sum.hpp>
#include <os/ipc_ns_handle.hpp>

namespace sysvipc {

enum class Kind : u8 { Semaphores, Messages, SharedMemory };
inline constexpr usize kKinds = 3;

/* Names, defaults and ranges as in /proc/sys/kernel (proc(5)), where they may change at any time. */
struct Limits : Pinned {
    Atomic<i32> msgmax { KAPI_MSGMAX }; /* bytes of one message */
    Atomic<i32> msgmnb { KAPI_MSGMNB }; /* bytes of a new queue; more needs CAP_SYS_RESOURCE */
    Atomic<i32> msgmni { KAPI_MSGMNI }; /* queues */
    /* In the order of the file "sem": */
    Atomic<i32> sem[4] {
        Atomic<i32> { KAPI_SEMMSL }, /* semaphores of one set */
        Atomic<i32> { KAPI_SEMMNS }, /* semaphores */
        Atomic<i32> { KAPI_SEMOPM }, /* operations of one semop() */
        Atomic<i32> { KAPI_SEMMNI }, /* sets */
    };
    Atomic<u64> shmmax { static_cast<u64>(KAPI_SHMMAX) }; /* bytes of one segment */
    Atomic<u64> shmall { static_cast<u64>(KAPI_SHMALL) }; /* pages of all segments */
    Atomic<i32> shmmni { KAPI_SHMMNI }; /* segments */
    /* Not 0: a segment goes with its last mapping, or with its creator if it has none. */
    Atomic<i32> shm_rmid_forced { 0 };

    [[nodiscard]] i32 semmsl() const noexcept { return sem[0].load_relaxed(); }
    [[nodiscard]] i32 semmns() const noexcept { return sem[1].load_relaxed(); }
    [[nodiscard]] i32 semopm() const noexcept { return sem[2].load_relaxed(); }
    [[nodiscard]] i32 semmni() const noexcept { return sem[3].load_relaxed(); }
};

/* What stands in all queues of a namespace together. */
struct MessageUsage {
    PerCpuSum messages;
    PerCpuSum bytes;
};

class IpcNamespace : public kapi_addressed, public ListNode<IpcNamespace> {
public:
    /* For the kernel's @handle.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<Box<IpcNamespace>> create(IpcNsHandle handle) noexcept;
    static void destroy(IpcNamespace* ns) noexcept; /* empty by now; sleeps */

    /* What the kernel has for it. */
    [[nodiscard]] IpcNsHandle handle() const noexcept { return handle_; }

    /* From now on objects can be made in it. */
    void open() noexcept;

    [[nodiscard]] IdTable& table(Kind kind) noexcept { return tables_[static_cast<usize>(kind)]; }
    [[nodiscard]] Limits& limits() noexcept { return limits_; }
    [[nodiscard]] MessageUsage& message_usage() noexcept { return message_usage_; }
    /* The semaphores of all sets, the pages of all segments together. */
    [[nodiscard]] LimitedSum& semaphores() noexcept { return semaphores_; }
    [[nodiscard]] LimitedSum& pages() noexcept { return pages_; }
    /* Whose capabilities override permissions here. */
    [[nodiscard]] UserNamespace owner() const noexcept { return handle_.owner(); }

private:
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    explicit IpcNamespace(IpcNsHandle handle) noexcept
        : kapi_addressed { {}, handle.identity() },
          handle_(handle)
    {
    }
    [[nodiscard]] Result<void> start() noexcept;

    const IpcNsHandle handle_;
    IdTable tables_[kKinds];
    usize tables_started_ { 0 };
    Limits limits_;
    MessageUsage message_usage_;
    LimitedSum semaphores_;
    LimitedSum pages_;
};

} // namespace sysvipc
