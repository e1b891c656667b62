// SPDX-License-Identifier: GPL-2.0
/*
 * SemSet: a set of semaphores, its waiters, and the undo records that refer to it.
 *
 * Locks: an operation on one semaphore takes that semaphore's lock alone; one on several takes the set's.
 *     sem/sem_lock.hpp describes the protocol; its SemLock is the proof that at() requires.  While
 *     operations on several semaphores wait, every operation takes the set's lock, and all waiters that
 *     would change a semaphore are in one queue, in order; otherwise each semaphore has its own.
 * Lifetime: retire() drops the semaphores' references; the set is withdrawn, or was never published.
 *     Semaphores are not destroyed one by one.
 */
#pragma once

#include <base/list.hpp>
#include <ids/compat_buffer.hpp>
#include <ids/ipc_object.hpp>
#include <mem/on_demand.hpp>
#include <ns/ipc_namespace.hpp>
#include <os/pid.hpp>
#include <os/security.hpp>
#include <os/trace.hpp>
#include <os/wait_totals.hpp>
#include <os/waiter.hpp>
#include <rules/semaphore_rules.hpp>
#include <sem/sem_operation.hpp>
#include <sem/sem_range.hpp>

namespace sysvipc {

class SemLock;
class SemUndo;
struct SetOfUndo; /* tag: the records of one set */

/* A task that waits until all its operations are possible. */
class SemWaiter : public Waiter, public ListNode<SemWaiter> {
public:
    explicit SemWaiter(SemOperations& wanted) noexcept : operations(wanted) { }

    SemOperations& operations;
    /* The reason for waking it; none: its operations were performed for it. */
    Errno error {};
};
using SemWaiters = List<SemWaiter>;

struct SemaphoreState : Pinned {
    [[nodiscard]] bool has_waiters() const noexcept
    {
        return !zero_waiters.is_empty() || !decreasers.is_empty();
    }

    i16 value { 0 };
    /* While the value is lower, no task in decreasers can proceed, if there are any; a lower bound. */
    u16 least_wanted { 0 };
    /* Successful calls, modulo 2^32, each counted at the first semaphore that it names. */
    u32 operations { 0 };
    PidRef last_changer;
    SemWaiters decreasers; /* single operations that change this semaphore */
    SemWaiters zero_waiters; /* single operations that wait for 0 */
    /* Time in s of the latest operation recorded at this semaphore; the set's is the maximum. */
    Atomic<i64> otime { 0 };
};
using Semaphore = Guarded<SemaphoreState, SemaphoreLock>;

struct SemSetState : Pinned {
    /* True if tasks wait in the queues of the whole set. */
    [[nodiscard]] bool has_waiters() const noexcept
    {
        return !zero_waiters.is_empty() || !changers.is_empty();
    }

    i64 ctime { 0 };
    SemWaiters changers; /* while complex_waiters is not 0: all that change a semaphore */
    SemWaiters zero_waiters; /* several operations, all of them waits for 0 */
    u32 complex_waiters { 0 };
    u32 undo_count { 0 }; /* of records in "undo" */
    List<SemUndo, SetOfUndo> undo;
};

struct SetWaits {
    WaitTotals totals;
    /* Calls that failed because a value or an adjustment would have been out of range. */
    Atomic<u64> out_of_range { 0 };
};

/* @bytes rounded up to whole cache lines. */
[[nodiscard]] constexpr usize whole_cache_lines(usize bytes) noexcept
{
    constexpr usize kCacheLine = 64;
    return (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
}

class SemSet : public GuardedObject<SemSetState, SemSetLock, SetHooks> {
public:
    static constexpr Kind kKind = Kind::Semaphores;

    /*
     * Its owner is the caller's user and group; all values 0.
     * Errors: ENOSPC (@limit), ENOMEM, a security module's.  Sleeps.
     */
    [[nodiscard]] static Result<Ref<SemSet>> create(Key key, Mode mode, u32 count,
                                                    LimitedSum& usage, u64 limit) noexcept;
    /*
     * Unlinks the set, wakes its waiters with EIDRM and ends its undo records.  @usage: as in create().
     * Precondition: @lock covers the whole set, which is not removed yet.  Returns the table's reference.
     */
    [[nodiscard]] Ref<SemSet> withdraw(IdTable& table, LimitedSum& usage, SemLock& lock,
                                       WakeList& wakes) noexcept;
    /* Precondition: withdrawn, or never published.  Sleeps. */
    void retire() noexcept;
    /* Uncharges the semaphores of an unpublished set; withdraw() uncharges those of others. */
    void uncharge(LimitedSum& usage) const noexcept { usage.uncharge(count_); }

    /* nullptr: none (EINVAL).  Call under RCU. */
    [[nodiscard]] static SemSet* find(IpcNamespace& ns, IpcId id) noexcept
    {
        return find_traced<SemSet>(ns, id);
    }
    /* Finds the set and keeps it while the caller sleeps.  Errors: EINVAL. */
    [[nodiscard]] static Result<Ref<SemSet>> hold(IpcNamespace& ns, IpcId id) noexcept;

    /* Asks security modules about @operations; call after check_access().  Errors: a module's. */
    [[nodiscard]] Result<void> check_operations(const SemOperations& operations) noexcept
    {
        return SetHooks::may_operate(perm(), operations.begin(), operations.count(),
                                     operations.changes());
    }

    /* Failures and waits of calls here; nullptr: none so far, or memory for the counters was short. */
    [[nodiscard]] SetWaits* waits() const noexcept { return waits_.get(); }
    /* For counting a call that fails or waits; allocates the counters.  nullptr: no memory. */
    [[nodiscard]] SetWaits* waits_for_change() noexcept { return waits_.get_or_make(); }

    [[nodiscard]] u32 count() const noexcept { return count_; }
    /* Time in s of the latest successful operation; takes no lock. */
    [[nodiscard]] i64 otime() const noexcept;
    /* The semaphore at which that time is recorded; takes no lock. */
    [[nodiscard]] u32 changed_last() const noexcept;
    /* Precondition: @proof covers semaphore @number, which is less than count(). */
    [[nodiscard]] SemaphoreState& at(u32 number, const SemLock& proof) noexcept;

private:
    friend class SemLock;
    friend class OpenSemLock;
    friend class Ref<SemSet>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    SemSet(Key key, const Ownership& ownership, u32 count) noexcept;
    [[nodiscard]] static Result<Ref<SemSet>> create_charged(Key key, Mode mode, u32 count) noexcept;

    /* SAFETY of the casts: create() allocates room for all semaphores after the header. */
    [[nodiscard]] Semaphore& semaphore(u32 number) noexcept
    {
        u8* place = reinterpret_cast<u8*>(this) + kHeaderSize + number * kStride;
        return *reinterpret_cast<Semaphore*>(place);
    }
    [[nodiscard]] const Semaphore& semaphore(u32 number) const noexcept
    {
        const u8* place = reinterpret_cast<const u8*>(this) + kHeaderSize + number * kStride;
        return *reinterpret_cast<const Semaphore*>(place);
    }
    static const usize kHeaderSize;
    static constexpr usize kStride = whole_cache_lines(sizeof(Semaphore));
    /* Unless debugging makes locks larger, a semaphore takes as much memory as on Linux. */
    static_assert(sizeof(kapi_spinlock) > sizeof(u32) || kStride == 64);

    const u32 count_;
    /* True if a semaphore's own lock does not suffice; written under the set's lock. */
    Atomic<bool> is_closed_ { false };
    OnDemand<SetWaits> waits_;
    /* The semaphores follow, each in its own cache lines if the allocator aligns to them. */
};

/* Emits sem_done after a call has done @count operations: @first is the first, @semaphore its semaphore. */
COLD [[gnu::noinline]] inline void trace_done(const SemSet& set, const abi::SemOp& first, u32 count,
                                              const SemaphoreState& semaphore) noexcept
{
    Trace::sem_done(set.id(), first.sem_num, first.sem_op, count, semaphore.value);
}

inline SemRange SemRange::all(const SemSet& set) noexcept
{
    return numbers(0, set.count());
}

/* Precondition: no task is in @ns.  Sleeps. */
void remove_all_sets(IpcNamespace& ns) noexcept;

/* The system calls.  Context: process, sleeps.  Errors are listed at each definition. */
[[nodiscard]] Result<IpcId> semget(IpcNamespace& ns, Key key, i32 count, u32 flags) noexcept;
[[nodiscard]] Result<void> semop(IpcNamespace& ns, IpcId id, UserAddress operations,
                                 u32 count) noexcept;
[[nodiscard]] Result<void> semtimedop(IpcNamespace& ns, IpcId id, UserAddress operations, u32 count,
                                      UserAddress timeout) noexcept;
[[nodiscard]] Result<i32> semctl(IpcNamespace& ns, IpcId id, i32 number, i32 command,
                                 unsigned long argument) noexcept;

/*
 * For 32-bit programs: semtimedop() with a timeout already read, and the commands that have a
 * structure (compat::has_structure()).
 */
[[nodiscard]] Result<void> semtimedop(IpcNamespace& ns, IpcId id, UserAddress operations, u32 count,
                                      const abi::Timespec& timeout) noexcept;
[[nodiscard]] Result<i32> semctl(IpcNamespace& ns, IpcId id, abi::SemCommand command,
                                 CompatBuffer buffer) noexcept;

} // namespace sysvipc
