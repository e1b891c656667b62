// SPDX-License-Identifier: GPL-2.0
/*
 * semop(2), semtimedop(2): perform operations on the semaphores of a set, all or none, waiting until
 * they are possible.
 *
 * Locks:   a SemLock.  Context: process, sleeps.
 */
#include <sem/sem_set.hpp>

#include <base/optional.hpp>
#include <mem/array.hpp>
#include <os/task.hpp>
#include <os/trace.hpp>
#include <sem/sem_apply.hpp>
#include <sem/sem_lock.hpp>
#include <sem/sem_undo.hpp>
#include <sem/sem_wakeup.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr usize kOperationsOnStack = 64;
using OperationList = SmallArray<abi::SemOp, kOperationsOnStack>;

enum class Turn : u8 { Done, MustWait, NeedsUndo };

/* State of a task that cannot finish at once: the set, and the task's entry in the set's queue. */
struct Place {
    struct Sleeper {
        Sleeper(SemOperations& operations, SetWaits* waits) noexcept
            : waiter(operations),
              counted(waits ? &waits->totals : nullptr, waiter)
        {
        }

        SemWaiter waiter;
        Waiting counted;
    };

    Optional<Ref<SemSet>> set;
    Optional<Sleeper> sleeper;
};

/*
 * The place of a call with one operation that operate_usually() did not perform.  Its wakes happen after
 * the RCU reader has ended, as woken tasks may preempt the caller.
 */
struct SinglePlace : Place {
    explicit SinglePlace(abi::SemOp& op) noexcept : operations(&op, 1) { }

    SemOperations operations;
    WakeList wakes;
};
using MaybeSinglePlace = Optional<SinglePlace>;

/* Errors: EFBIG, EACCES, a security module's, in this order. */
[[gnu::always_inline]] inline Result<void> check_set(IpcNamespace& ns, SemSet& set,
                                                     SemOperations& operations) noexcept
{
    TRY(operations.check_numbers(set.count()));
    TRY(set.check_access(operations.changes() ? kWriteAccess : kReadAccess, ns.owner()));
    return set.check_operations(operations);
}

/* Takes a reference to @set, found under RCU.  Errors: EIDRM (removed since). */
Result<void> keep(SemSet& set, Place& place) noexcept
{
    Result<Ref<SemSet>> kept = Ref<SemSet>::try_get(set);
    if (!kept.ok())
        return Errno::EIDRM;
    place.set.emplace([&] { return kept.take(); });
    return {};
}

/*
 * Queues the task under the lock under which its operations were attempted.  The undo record needs no
 * reference: while the waiter is queued, its set is not removed, and its task is in the group.
 */
[[gnu::noinline]] Result<Turn> join_line(SemSet& set, SemLock& lock, SemOperations& operations,
                                         Place& place) noexcept
{
    if (!place.set.has_value())
        TRY(keep(set, place));
    Place::Sleeper& sleeper = place.sleeper.emplace([&] {
        return Place::Sleeper { operations, set.waits_for_change() };
    });
    add_sem_waiter(set, lock, sleeper.waiter);
    if (Trace::sem_blocked()) [[unlikely]] {
        const abi::SemOp& op = operations.blocking();
        Trace::sem_blocked(set.id(), op.sem_num, op.sem_op, operations.count(),
                           set.at(op.sem_num, lock).value);
    }
    return Turn::MustWait;
}

/*
 * Precondition: check_set().  MustWait: the task is queued, in @place.
 * Errors: EIDRM, ERANGE, EAGAIN.
 */
[[gnu::always_inline]] inline Result<Turn> try_operations(SemSet& set, SemOperations& operations,
                                                          Place& place, WakeList& wakes) noexcept
{
    PARTLY_INITIALISED SemLock lock { set, operations };
    if (set.is_removed() || (operations.undo() && operations.undo()->is_ended()))
        return Errno::EIDRM;
    if (TRY(operations.attempt(set, lock)) == SemOperations::Attempt::Blocked) [[unlikely]]
        return join_line(set, lock, operations, place);
    serve_after(set, lock, operations, wakes);
    return Turn::Done;
}

/*
 * NeedsUndo: with SEM_UNDO, a record must exist before any check, as on Linux, where undoing sets
 * sem_otime even if the call failed; the set is in @place.
 * Errors: EINVAL (no such set); those of check_set() and try_operations().
 */
Result<Turn> operate_at_once(IpcNamespace& ns, IpcId id, SemOperations& operations,
                             Place& place) noexcept
{
    PARTLY_INITIALISED WakeList wakes; /* mostly room for tasks, which few calls use */
    const RcuGuard guard;
    SemSet* set = SemSet::find(ns, id);
    if (!set)
        return Errno::EINVAL;
    if (operations.wants_undo()) {
        SemUndo* undo = find_current_undo(*set);
        if (!undo) [[unlikely]] {
            TRY(keep(*set, place));
            return Turn::NeedsUndo;
        }
        operations.set_undo(undo);
    }
    TRY(check_set(ns, *set, operations));
    return try_operations(*set, operations, place, wakes);
}

/* All cases that operate_usually() does not handle.  @undo: the record, if the operation needs one. */
[[gnu::noinline]] Result<Turn> operate_unusually(SemSet& set, abi::SemOp& op, SemUndo* undo,
                                                 MaybeSinglePlace& place) noexcept
{
    SinglePlace& single = place.emplace([&] { return SinglePlace { op }; });
    single.operations.set_undo(undo);
    return try_operations(set, single.operations, single, single.wakes);
}

[[gnu::noinline]] Result<Turn> prepare_undo(SemSet& set, abi::SemOp& op,
                                            MaybeSinglePlace& place) noexcept
{
    TRY(keep(set, place.emplace([&] { return SinglePlace { op }; })));
    return Turn::NeedsUndo;
}

/*
 * Performs @op if the set is open, no task waits at the semaphore, and @op does not block or fail; returns
 * true if so.  Does not check is_closed_ before locking, as the set is rarely closed.
 */
[[gnu::always_inline]] inline bool operate_usually(SemSet& set, const abi::SemOp& op,
                                                   SemUndo* undo) noexcept
{
    OpenSemLock lock { set, op.sem_num };
    if (!lock.holds() || set.is_removed() || (undo && undo->is_ended())) [[unlikely]]
        return false;
    SemaphoreState& semaphore = *lock;
    if (semaphore.has_waiters()) [[unlikely]]
        return false;
    if (!apply_operation(op, semaphore, undo).ok()) [[unlikely]]
        return false;
    semaphore.last_changer.note(CurrentTask::process());
    ++semaphore.operations;
    if (Trace::sem_done()) [[unlikely]]
        trace_done(set, op, 1, semaphore);
    semaphore.otime.store_relaxed(real_seconds());
    return true;
}

/* operate_at_once() for a call with one operation.  Unless Done, @place holds the operation, too. */
[[gnu::always_inline]] inline Result<Turn> operate_alone(IpcNamespace& ns, IpcId id, abi::SemOp& op,
                                                         MaybeSinglePlace& place) noexcept
{
    SemOperations operations { &op,
                               1 }; /* not passed on, so that the compiler can optimise it away */
    SemUndo* undo = nullptr;
    const RcuGuard guard;
    SemSet* set = SemSet::find(ns, id);
    if (!set)
        return Errno::EINVAL;
    if (operations.wants_undo()) {
        undo = find_current_undo(*set);
        if (!undo) [[unlikely]]
            return prepare_undo(*set, op, place);
    }
    TRY(check_set(ns, *set, operations));
    if (operate_usually(*set, op, undo)) [[likely]]
        return Turn::Done;
    return operate_unusually(*set, op, undo, place);
}

/* Errors: ENOMEM, EIDRM; those of check_set() and try_operations(). */
[[gnu::noinline]] Result<Turn> operate_with_new_undo(IpcNamespace& ns, SemSet& set,
                                                     SemOperations& operations,
                                                     Place& place) noexcept
{
    const Ref<SemUndo> undo = TRY(make_current_undo(set));
    operations.set_undo(&*undo);
    TRY(check_set(ns, set, operations));
    WakeList wakes;
    return try_operations(set, operations, place, wakes);
}

/* Precondition: @waiter is queued at @set.  Errors: EIDRM; EINTR; EAGAIN (deadline); ERANGE. */
Result<void> sleep_until_turn(SemSet& set, SemWaiter& waiter, Deadline deadline) noexcept
{
    const Waiter::Outcome outcome = waiter.wait(deadline);
    if (outcome != Waiter::Outcome::Done) {
        SemLock lock { set, waiter.operations };
        if (waiter.is_linked()) {
            remove_sem_waiter(set, lock, waiter);
            return outcome == Waiter::Outcome::TimedOut ? Errno::EAGAIN : Errno::EINTR;
        }
    }
    if (waiter.error != Errno {})
        return waiter.error;
    return {};
}

/* sleep_until_turn(), traced. */
[[gnu::noinline]] Result<void> wait_for_turn(SemSet& set, SemWaiter& waiter,
                                             Deadline deadline) noexcept
{
    Result<void> ended = sleep_until_turn(set, waiter, deadline);
    if (Trace::sem_woken()) [[unlikely]]
        Trace::sem_woken(set.id(), static_cast<i32>(ended.error()),
                         static_cast<u64>(monotonic_now() - waiter.since()));
    return ended;
}

/* Completes operate_at_once() or operate_alone().  Errors: theirs; those of sleep_until_turn(). */
[[gnu::always_inline]] inline Result<void> finish(IpcNamespace& ns, Turn turn,
                                                  SemOperations& operations, Place& place,
                                                  Deadline deadline) noexcept
{
    if (turn == Turn::NeedsUndo) [[unlikely]]
        turn = TRY(operate_with_new_undo(ns, **place.set, operations, place));
    if (turn == Turn::Done) [[likely]]
        return {};
    return wait_for_turn(**place.set, place.sleeper->waiter, deadline);
}

/* Errors: E2BIG, EINVAL (none), ENOMEM, EFAULT, in this order. */
Result<void> read_operations(IpcNamespace& ns, UserAddress from, u32 count,
                             OperationList& list) noexcept
{
    if (count > static_cast<u32>(ns.limits().semopm())) {
        ns.limits().note_hit(Limit::SemOpm, 0, count);
        return Errno::E2BIG;
    }
    if (count < 1)
        return Errno::EINVAL;
    TRY(list.start(count));
    return read_user_bytes(list.data(), from, list.bytes());
}

/* Errors: EINVAL (negative id), EINVAL (invalid time), in this order. */
Result<Deadline> deadline_of(IpcId id, const abi::Timespec* timeout) noexcept
{
    constexpr i64 kNanosecondsPerSecond = 1'000'000'000;

    if (id.is_negative())
        return Errno::EINVAL;
    if (!timeout)
        return Deadline::never();
    if (timeout->seconds < 0 || timeout->nanoseconds < 0
        || timeout->nanoseconds >= kNanosecondsPerSecond)
        return Errno::EINVAL;
    return Deadline::after(timeout->seconds, timeout->nanoseconds);
}

[[gnu::noinline]] Result<void> do_semop_of_several(IpcNamespace& ns, IpcId id, UserAddress from,
                                                   u32 count, const abi::Timespec* timeout) noexcept
{
    /* Filled by the copy: zeroing it first would cost more than the rest of a short call. */
    PARTLY_INITIALISED OperationList list;
    TRY(read_operations(ns, from, count, list));
    const Deadline deadline = TRY(deadline_of(id, timeout));
    SemOperations operations { list.data(), count };
    /* Only waiting calls use it, and most calls do not wait: do not zero it. */
    PARTLY_INITIALISED Place place;
    const Turn turn = TRY(operate_at_once(ns, id, operations, place));
    return finish(ns, turn, operations, place, deadline);
}

Result<void> do_semop(IpcNamespace& ns, IpcId id, UserAddress from, u32 count,
                      const abi::Timespec* timeout) noexcept
{
    if (count != 1 || ns.limits().semopm() < 1) [[unlikely]]
        return do_semop_of_several(ns, id, from, count, timeout);
    abi::SemOp op;
    TRY(read_user_bytes(&op, from, sizeof(op)));
    const Deadline deadline = TRY(deadline_of(id, timeout));
    PARTLY_INITIALISED MaybeSinglePlace place;
    const Turn turn = TRY(operate_alone(ns, id, op, place));
    if (turn == Turn::Done) [[likely]]
        return {};
    return finish(ns, turn, place->operations, *place, deadline);
}

} // namespace

/*
 * Errors, in the order of ipc/sem.c: E2BIG, EINVAL (none), ENOMEM, EFAULT, EINVAL (id), EINVAL (no such
 * set), with SEM_UNDO ENOMEM and EIDRM, EFBIG, EACCES, a security module's, EIDRM, ERANGE, EAGAIN, EINTR.
 */
Result<void> semop(IpcNamespace& ns, IpcId id, UserAddress operations, u32 count) noexcept
{
    return do_semop(ns, id, operations, count, nullptr);
}

/* Errors: EFAULT (timeout) first, EINVAL (invalid timeout) after the id; else as semop(). */
Result<void> semtimedop(IpcNamespace& ns, IpcId id, UserAddress operations, u32 count,
                        UserAddress timeout) noexcept
{
    if (timeout.value() == 0)
        return do_semop(ns, id, operations, count, nullptr);
    const auto limit = TRY(read_user<abi::Timespec>(timeout));
    return do_semop(ns, id, operations, count, &limit);
}

Result<void> semtimedop(IpcNamespace& ns, IpcId id, UserAddress operations, u32 count,
                        const abi::Timespec& timeout) noexcept
{
    return do_semop(ns, id, operations, count, &timeout);
}

} // namespace sysvipc
