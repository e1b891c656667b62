// SPDX-License-Identifier: GPL-2.0
/*
 * semctl(2): query, set and remove semaphores and their sets.
 *
 * Locks:   a SemLock of one semaphore for GETVAL, GETPID, GETNCNT, GETZCNT; of all for GETALL, SETALL and
 *     IPC_RMID, which nests the table's in it; the set's lock for the rest.  Statistics never close
 *     a set.
 * No command is inlined into semctl(), so that none sets up the stack frame of another.
 * Context: process, sleeps in user copies and for memory.
 */
#include <sem/sem_set.hpp>

#include <mem/array.hpp>
#include <os/clock.hpp>
#include <os/task.hpp>
#include <sem/sem_lock.hpp>
#include <sem/sem_undo.hpp>
#include <sem/sem_wakeup.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using abi::SemCommand;

/* The number of values that GETALL and SETALL keep on the stack. */
constexpr usize kValuesOnStack = 128;
using ValueList = SmallArray<u16, kValuesOnStack>;

/* IPC_INFO, SEM_INFO.  Returns the highest index in use, 0 if there is none. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_info(IpcNamespace& ns, SemCommand command,
                                          Buffer buffer) noexcept
{
    TRY(SemSet::check_command_for_all(command));
    const Limits& limits = ns.limits();
    const IdTable::Usage usage = ns.table(Kind::Semaphores).usage();
    abi::SemInfo info;
    info.semmni = limits.semmni();
    info.semmns = limits.semmns();
    info.semmsl = limits.semmsl();
    info.semopm = limits.semopm();
    if (command == SemCommand::SEM_INFO) {
        info.semusz = usage.in_use;
        info.semaem = static_cast<i32>(ns.semaphores().sum());
    }
    TRY(write_user(buffer, info));
    return max(usage.highest, 0);
}

/*
 * Fills in @stat, which is all 0, and returns the full id.
 * Errors: EINVAL, EACCES (not SEM_STAT_ANY), EIDRM, in this order.
 */
[[gnu::always_inline]] inline Result<IpcId> stat_set(IpcNamespace& ns, IpcId id, SemCommand command,
                                                     abi::SemSetStat& stat) noexcept
{
    const RcuGuard guard;
    SemSet* set = command == SemCommand::IPC_STAT
        ? SemSet::find(ns, id)
        : ns.table(Kind::Semaphores).find_at_index_of<SemSet>(id);
    if (!set)
        return Errno::EINVAL;
    stat.otime = set->otime(); /* reads each semaphore, so not under the lock */
    auto state = set->lock();
    if (command == SemCommand::SEM_STAT_ANY)
        set->audit();
    else
        TRY(set->check_access(state, kReadAccess, ns.owner()));
    TRY(set->check_command(command));
    if (set->is_removed())
        return Errno::EIDRM;

    const IpcId full_id = set->id();
    stat.perm = set->ownership(state).show(set->key(), full_id);
    stat.ctime = state->ctime;
    stat.nsems = set->count();
    return full_id;
}

/* IPC_STAT returns 0; SEM_STAT and SEM_STAT_ANY, which take an index, return the id. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_set(IpcNamespace& ns, IpcId id, SemCommand command,
                                         Buffer buffer) noexcept
{
    abi::SemSetStat stat;
    const IpcId full_id = TRY(stat_set(ns, id, command, stat));
    TRY(write_user(buffer, stat));
    return command == SemCommand::IPC_STAT ? 0 : full_id.value();
}

/* Errors: EIDRM. */
[[gnu::noinline]] Result<i32> look_under_lock(SemSet& set, u32 index, SemCommand command) noexcept
{
    PARTLY_INITIALISED SemLock lock { set, index };
    if (set.is_removed())
        return Errno::EIDRM;
    switch (command) {
    case SemCommand::GETPID:
        return set.at(index, lock).last_changer.show();
    case SemCommand::GETNCNT:
        return static_cast<i32>(count_sem_waiters(set, lock, index, WaitsFor::Increase));
    case SemCommand::GETZCNT:
        return static_cast<i32>(count_sem_waiters(set, lock, index, WaitsFor::Zero));
    default:
        return set.at(index, lock).value;
    }
}

/* GETVAL, GETPID, GETNCNT, GETZCNT.  Errors: EINVAL, EACCES, EINVAL (number), EIDRM, in this order. */
[[gnu::noinline]] Result<i32> look_at_one(IpcNamespace& ns, IpcId id, i32 number,
                                          SemCommand command) noexcept
{
    const RcuGuard guard;
    SemSet* set = SemSet::find(ns, id);
    if (!set)
        return Errno::EINVAL;
    TRY(set->check_access(kReadAccess, ns.owner()));
    TRY(set->check_command(command));
    if (number < 0 || static_cast<u32>(number) >= set->count())
        return Errno::EINVAL;
    const auto index = static_cast<u32>(clamp_index(number, static_cast<i32>(set->count())));
    if (command == SemCommand::GETVAL) {
        OpenSemLock lock { *set, index };
        if (lock.holds() && !set->is_removed()) [[likely]]
            return (*lock).value;
    }
    return look_under_lock(*set, index, command);
}

/* Calls @each for every undo record of the set. */
template <class Each>
void for_each_record(SemLock& lock, const Each& each) noexcept
{
    List<SemUndo, SetOfUndo>& records = lock.state().undo;
    for (SemUndo* undo = records.first(); undo; undo = records.next(*undo))
        each(*undo);
}

/* The caller handles undo records. */
void set_value(SemSet& set, SemLock& lock, u32 number, i32 value, kapi_pid* changer) noexcept
{
    SemaphoreState& semaphore = set.at(number, lock);
    semaphore.value = static_cast<i16>(value);
    semaphore.last_changer.note(changer);
}

/* SETVAL.  Errors: ERANGE, EINVAL, EINVAL (number), EACCES, EIDRM, in this order. */
[[gnu::noinline]] Result<i32> set_one(IpcNamespace& ns, IpcId id, i32 number, i32 value) noexcept
{
    if (value < 0 || value > kMostSemaphoreValue)
        return Errno::ERANGE;
    PARTLY_INITIALISED WakeList wakes;
    const RcuGuard guard;
    SemSet* set = SemSet::find(ns, id);
    if (!set || number < 0 || static_cast<u32>(number) >= set->count())
        return Errno::EINVAL;
    TRY(set->check_access(kWriteAccess, ns.owner()));
    if (!set->check_command(SemCommand::SETVAL).ok())
        return Errno::EACCES; /* replaces the security module's error, as on Linux */
    const auto index = static_cast<u32>(clamp_index(number, static_cast<i32>(set->count())));
    const SemRange only_this = SemRange::one(index);
    PARTLY_INITIALISED SemLock lock { *set, only_this };
    if (set->is_removed())
        return Errno::EIDRM;
    for_each_record(lock, [index](SemUndo& undo) { undo.clear(index); });
    set_value(*set, lock, index, value, CurrentTask::process());
    lock.state().ctime = real_seconds();
    serve_changed(*set, lock, only_this, Counts::AsChange, wakes);
    return 0;
}

/* For GETALL and SETALL.  Errors: EINVAL, EACCES, a security module's, in this order. */
Result<Ref<SemSet>> hold_allowed(IpcNamespace& ns, IpcId id, SemCommand command) noexcept
{
    const u32 wanted = command == SemCommand::SETALL ? kWriteAccess : kReadAccess;
    Ref<SemSet> set = TRY(SemSet::hold(ns, id));
    TRY(set->check_access(wanted, ns.owner()));
    TRY(set->check_command(command));
    return set;
}

/* GETALL.  Errors: EINVAL, EACCES, ENOMEM, EIDRM, EFAULT. */
[[gnu::noinline]] Result<i32> get_all(IpcNamespace& ns, IpcId id, UserAddress buffer) noexcept
{
    const Ref<SemSet> set = TRY(hold_allowed(ns, id, SemCommand::GETALL));
    ValueList values;
    TRY(values.start(set->count()));
    {
        SemLock lock { *set, SemRange::all(*set) };
        if (set->is_removed())
            return Errno::EIDRM;
        for (u32 number = 0; number < set->count(); ++number)
            values[number] = static_cast<u16>(set->at(number, lock).value);
    }
    TRY(write_user_bytes(buffer, values.data(), values.bytes()));
    return 0;
}

/* SETALL.  Errors: EINVAL, EACCES, ENOMEM, EFAULT, ERANGE (nothing is set), EIDRM, in this order. */
[[gnu::noinline]] Result<i32> set_all(IpcNamespace& ns, IpcId id, UserAddress buffer) noexcept
{
    const Ref<SemSet> set = TRY(hold_allowed(ns, id, SemCommand::SETALL));
    ValueList values;
    TRY(values.start(set->count()));
    TRY(read_user_bytes(values.data(), buffer, values.bytes()));
    for (u32 number = 0; number < set->count(); ++number) {
        if (values[number] > kMostSemaphoreValue)
            return Errno::ERANGE;
    }
    const SemRange all = SemRange::all(*set);
    PARTLY_INITIALISED WakeList wakes;
    SemLock lock { *set, all };
    if (set->is_removed())
        return Errno::EIDRM;
    for_each_record(lock, [](SemUndo& undo) { undo.clear_all(); });
    kapi_pid* const changer = CurrentTask::process();
    const u16* const given = values.data();
    for (const u32 number : all)
        set_value(*set, lock, number, given[number], changer);
    lock.state().ctime = real_seconds();
    serve_changed(*set, lock, all, Counts::AsChange, wakes);
    return 0;
}

/* IPC_SET.  Errors: EFAULT, EINVAL, EPERM, EINVAL (owner without a mapping), in this order. */
template <class Buffer>
[[gnu::noinline]] Result<i32> change_set(IpcNamespace& ns, IpcId id, Buffer buffer) noexcept
{
    const auto request = TRY(read_user<abi::SemSetStat>(buffer));
    const RcuGuard guard;
    SemSet* set = SemSet::find(ns, id);
    if (!set)
        return Errno::EINVAL;
    auto state = set->lock();
    if (set->is_removed())
        return Errno::EINVAL;
    TRY(set->check_change(state, request.perm, 0, ns.owner()));
    const Ownership changed = TRY(set->ownership(state).changed_by(request.perm));
    set->set_ownership(state, changed);
    state->ctime = real_seconds();
    return 0;
}

/* Also wakes the set's waiters.  Errors: EINVAL, EPERM. */
Result<Ref<SemSet>> withdraw(IpcNamespace& ns, IpcId id) noexcept
{
    PARTLY_INITIALISED WakeList wakes;
    const RcuGuard guard;
    SemSet* set = SemSet::find(ns, id);
    if (!set)
        return Errno::EINVAL;
    TRY(set->check_removal(ns.owner())); /* without permission, do not close the set */
    SemLock lock { *set, SemRange::all(*set) };
    if (set->is_removed())
        return Errno::EINVAL;
    return set->withdraw(ns.table(Kind::Semaphores), ns.semaphores(), lock, wakes);
}

/* IPC_RMID.  Errors: EINVAL, EPERM. */
[[gnu::noinline]] Result<i32> remove_set(IpcNamespace& ns, IpcId id) noexcept
{
    const Ref<SemSet> set = TRY(withdraw(ns, id));
    if (Trace::ipc_removed()) [[unlikely]]
        trace_removed(*set, Removal::Rmid);
    set->retire();
    return 0;
}

} // namespace

/* Errors: first EINVAL (negative id or unknown command), then as above. */
Result<i32> semctl(IpcNamespace& ns, IpcId id, i32 number, i32 command,
                   unsigned long argument) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    const auto known = static_cast<SemCommand>(command);
    const UserAddress buffer { argument };
    switch (known) {
    case SemCommand::IPC_INFO:
    case SemCommand::SEM_INFO:
        return report_info(ns, known, buffer);
    case SemCommand::IPC_STAT:
    case SemCommand::SEM_STAT:
    case SemCommand::SEM_STAT_ANY:
        return report_set(ns, id, known, buffer);
    case SemCommand::GETVAL:
    case SemCommand::GETPID:
    case SemCommand::GETNCNT:
    case SemCommand::GETZCNT:
        return look_at_one(ns, id, number, known);
    case SemCommand::SETVAL:
        return set_one(ns, id, number, static_cast<i32>(static_cast<u32>(argument)));
    case SemCommand::GETALL:
        return get_all(ns, id, buffer);
    case SemCommand::SETALL:
        return set_all(ns, id, buffer);
    case SemCommand::IPC_SET:
        return change_set(ns, id, buffer);
    case SemCommand::IPC_RMID:
        return remove_set(ns, id);
    }
    return Errno::EINVAL;
}

Result<i32> semctl(IpcNamespace& ns, IpcId id, SemCommand command, CompatBuffer buffer) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    switch (command) {
    case SemCommand::IPC_STAT:
    case SemCommand::SEM_STAT:
    case SemCommand::SEM_STAT_ANY:
        return report_set(ns, id, command, buffer);
    case SemCommand::IPC_SET:
        return change_set(ns, id, buffer);
    default:
        return report_info(ns, command, buffer);
    }
}

} // namespace sysvipc
