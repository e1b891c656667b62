// SPDX-License-Identifier: GPL-2.0
/*
 * IpcNamespace: the objects and limits that one set of tasks shares.
 *
 * There is one for all tasks so far; current() is the seam where the task's own will be found.
 */
#pragma once

#include <base/result.hpp>
#include <ids/id_table.hpp>
#include <mem/box.hpp>
#include <mem/percpu_sum.hpp>
#include <os/credentials.hpp>

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

/* The semaphores of all sets together. */
class SemaphoreUsage : Pinned {
public:
    /* False: there would be more than @limit. */
    [[nodiscard]] bool charge(u32 count, i32 limit) noexcept
    {
        u64 before = semaphores_.load_relaxed();
        do {
            if (static_cast<i64>(before + count) > limit)
                return false;
        } while (!semaphores_.compare_exchange(before, before + count));
        return true;
    }
    void uncharge(u32 count) noexcept
    {
        u64 before = semaphores_.load_relaxed();
        while (!semaphores_.compare_exchange(before, before - count)) { }
    }
    [[nodiscard]] u64 sum() const noexcept { return semaphores_.load_relaxed(); }

private:
    Atomic<u64> semaphores_ { 0 };
};

class IpcNamespace : Pinned {
public:
    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<Box<IpcNamespace>> create() noexcept;
    static void destroy(IpcNamespace* ns) noexcept; /* empty by now; sleeps */

    /* The namespace of the current task. */
    [[nodiscard]] static IpcNamespace& current() noexcept { return *initial_; }
    static void set_initial(IpcNamespace* ns) noexcept { initial_ = ns; }

    /* From now on objects can be made in it. */
    void open() noexcept;

    [[nodiscard]] IdTable& table(Kind kind) noexcept { return tables_[static_cast<usize>(kind)]; }
    [[nodiscard]] Limits& limits() noexcept { return limits_; }
    [[nodiscard]] MessageUsage& message_usage() noexcept { return message_usage_; }
    [[nodiscard]] SemaphoreUsage& semaphore_usage() noexcept { return semaphore_usage_; }
    /* Whose capabilities override permissions here. */
    [[nodiscard]] UserNamespace owner() const noexcept { return UserNamespace::initial(); }

private:
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    IpcNamespace() noexcept = default;
    [[nodiscard]] Result<void> start() noexcept;

    static IpcNamespace* initial_;

    IdTable tables_[kKinds];
    usize tables_started_ { 0 };
    Limits limits_;
    MessageUsage message_usage_;
    SemaphoreUsage semaphore_usage_;
};

} // namespace sysvipc
