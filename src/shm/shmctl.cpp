// SPDX-License-Identifier: GPL-2.0
/*
 * shmctl(2): query, change, lock and remove segments.
 *
 * Locks:   the segment's; IPC_RMID nests the table's in it.
 * No command is inlined into shmctl(), so that none sets up the stack frame of another.
 * Context: process, sleeps in user copies, SHM_UNLOCK also while pages become evictable again.
 */
#include <shm/shm_segment.hpp>

#include <base/optional.hpp>
#include <ids/all_objects.hpp>
#include <os/clock.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using abi::ShmCommand;

/* The highest index in use, 0 if there is none, as IPC_INFO and SHM_INFO return it. */
i32 highest_index(const IdTable::Usage& usage) noexcept
{
    return max(usage.highest, 0);
}

/* IPC_INFO. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_limits(IpcNamespace& ns, Buffer buffer) noexcept
{
    TRY(ShmSegment::check_command_for_all(ShmCommand::IPC_INFO));
    const Limits& limits = ns.limits();
    abi::ShmLimitInfo info;
    info.shmmax = limits.shmmax.load_relaxed();
    info.shmall = limits.shmall.load_relaxed();
    info.shmmni = info.shmseg = static_cast<u64>(limits.shmmni.load_relaxed());
    TRY(write_user(buffer, info));
    return highest_index(ns.table(Kind::SharedMemory).usage());
}

/* SHM_INFO. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_usage(IpcNamespace& ns, Buffer buffer) noexcept
{
    TRY(ShmSegment::check_command_for_all(ShmCommand::SHM_INFO));
    IdTable& table = ns.table(Kind::SharedMemory);
    const IdTable::Usage usage = table.usage();
    abi::ShmUsageInfo info;
    info.used_ids = usage.in_use;
    info.shm_tot = ns.pages().sum();
    for_all_objects_under_rcu<ShmSegment>(table, [&](ShmSegment& segment) noexcept {
        const SegmentFile::Usage pages = segment.memory_usage();
        info.shm_rss += pages.resident_pages;
        info.shm_swp += pages.swapped_pages;
    });
    TRY(write_user(buffer, info));
    return highest_index(usage);
}

/*
 * Fills in @stat, which is all 0, and returns the full id.
 * Errors: EINVAL, EACCES (not SHM_STAT_ANY), EIDRM, in this order.
 */
[[gnu::always_inline]] inline Result<IpcId> stat_segment(IpcNamespace& ns, IpcId id,
                                                         ShmCommand command,
                                                         abi::ShmSegmentStat& stat) noexcept
{
    const RcuGuard guard;
    ShmSegment* segment = command == ShmCommand::IPC_STAT
        ? ShmSegment::find(ns, id)
        : ns.table(Kind::SharedMemory).find_at_index_of<ShmSegment>(id);
    if (!segment)
        return Errno::EINVAL;
    auto state = segment->lock();
    if (command == ShmCommand::SHM_STAT_ANY)
        segment->audit();
    else
        TRY(segment->check_access(state, kReadAccess, ns.owner()));
    TRY(segment->check_command(command));
    if (segment->is_removed())
        return Errno::EIDRM;

    const IpcId full_id = segment->id();
    stat.perm = segment->ownership(state).show(segment->key(), full_id);
    stat.perm.mode = segment->mode_bits(state);
    stat.segsz = segment->size();
    stat.atime = state->atime;
    stat.dtime = state->dtime;
    stat.ctime = state->ctime;
    stat.cpid = segment->creator().show();
    stat.lpid = state->lpid.show();
    stat.nattch = state->attaches;
    return full_id;
}

/* IPC_STAT returns 0; SHM_STAT and SHM_STAT_ANY, which take an index, return the id. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_segment(IpcNamespace& ns, IpcId id, ShmCommand command,
                                             Buffer buffer) noexcept
{
    abi::ShmSegmentStat stat;
    const IpcId full_id = TRY(stat_segment(ns, id, command, stat));
    TRY(write_user(buffer, stat));
    return command == ShmCommand::IPC_STAT ? 0 : full_id.value();
}

/* IPC_SET.  Errors: EFAULT, EINVAL, EPERM, EINVAL (owner without a mapping), in this order. */
template <class Buffer>
[[gnu::noinline]] Result<i32> change_segment(IpcNamespace& ns, IpcId id, Buffer buffer) noexcept
{
    const auto request = TRY(read_user<abi::ShmSegmentStat>(buffer));
    const RcuGuard guard;
    ShmSegment* segment = ShmSegment::find(ns, id);
    if (!segment)
        return Errno::EINVAL;
    auto state = segment->lock();
    if (segment->is_removed())
        return Errno::EINVAL;
    TRY(segment->check_change(state, request.perm, 0, ns.owner()));
    const Ownership changed = TRY(segment->ownership(state).changed_by(request.perm));
    segment->set_ownership(state, changed);
    state->ctime = real_seconds();
    return 0;
}

/*
 * Moves the table's reference to @withdrawn, or, if the segment is attached, marks it.
 * Errors: EINVAL, EPERM.
 */
Result<void> withdraw_or_mark(IpcNamespace& ns, IpcId id,
                              Optional<Ref<ShmSegment>>& withdrawn) noexcept
{
    const RcuGuard guard;
    ShmSegment* segment = ShmSegment::find(ns, id);
    if (!segment)
        return Errno::EINVAL;
    auto state = segment->lock();
    if (segment->is_removed())
        return Errno::EINVAL;
    TRY(segment->check_removal(state, ns.owner()));
    IdTable& table = ns.table(Kind::SharedMemory);
    if (state->attaches == 0) {
        withdrawn.emplace([&] { return table.withdraw(*segment, state); });
    } else {
        segment->mark(state);
        table.hide(*segment, state);
    }
    return {};
}

/* IPC_RMID.  Errors: EINVAL, EPERM. */
[[gnu::noinline]] Result<i32> remove_segment(IpcNamespace& ns, IpcId id) noexcept
{
    Optional<Ref<ShmSegment>> withdrawn;
    TRY(withdraw_or_mark(ns, id, withdrawn));
    if (withdrawn.has_value()) {
        if (Trace::ipc_removed()) [[unlikely]]
            trace_removed(**withdrawn, Removal::Rmid);
        (*withdrawn)->retire();
    }
    return 0;
}

/* Checks that the caller may do @command to an object with @ownership.  Errors: EPERM. */
Result<void> check_locking(IpcNamespace& ns, const Ownership& ownership,
                           ShmCommand command) noexcept
{
    if (!MemoryLock::is_possible())
        return Errno::EPERM;
    if (ns.owner().is_capable(Capability::IpcLock))
        return {};
    if (!ownership.is_callers())
        return Errno::EPERM;
    if (command == ShmCommand::SHM_LOCK && Caller::memory_lock_limit() == 0)
        return Errno::EPERM;
    return {};
}

/*
 * SHM_LOCK.  Errors: EINVAL, a security module's, EIDRM, EPERM, ENOMEM, in this order; the same for
 * SHM_UNLOCK.
 */
[[gnu::noinline]] Result<i32> lock_segment(IpcNamespace& ns, IpcId id) noexcept
{
    const RcuGuard guard;
    ShmSegment* segment = ShmSegment::find(ns, id);
    if (!segment)
        return Errno::EINVAL;
    segment->audit();
    TRY(segment->check_command(ShmCommand::SHM_LOCK));
    auto state = segment->lock();
    if (segment->is_removed())
        return Errno::EIDRM;
    TRY(check_locking(ns, segment->ownership(state), ShmCommand::SHM_LOCK));
    /* Huge pages stay in memory anyway. */
    if (!segment->file(state).is_huge())
        TRY(segment->lock_memory(state));
    return 0;
}

/* The file whose pages were unlocked; empty if none were locked. */
Result<SegmentFile> unlock_pages(IpcNamespace& ns, IpcId id) noexcept
{
    const RcuGuard guard;
    ShmSegment* segment = ShmSegment::find(ns, id);
    if (!segment)
        return Errno::EINVAL;
    segment->audit();
    TRY(segment->check_command(ShmCommand::SHM_UNLOCK));
    auto state = segment->lock();
    if (segment->is_removed())
        return Errno::EIDRM;
    TRY(check_locking(ns, segment->ownership(state), ShmCommand::SHM_UNLOCK));
    if (!state->memory_lock.is_held())
        return SegmentFile {};
    segment->unlock_memory(state);
    return segment->file(state).share();
}

/* SHM_UNLOCK. */
[[gnu::noinline]] Result<i32> unlock_segment(IpcNamespace& ns, IpcId id) noexcept
{
    const SegmentFile unlocked = TRY(unlock_pages(ns, id));
    if (!unlocked.is_empty())
        MemoryLock::make_evictable(unlocked);
    return 0;
}

} // namespace

/* Errors: first EINVAL (negative id or unknown command), then as above. */
Result<i32> shmctl(IpcNamespace& ns, IpcId id, i32 command, UserAddress buffer) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    const auto known = static_cast<ShmCommand>(command);
    switch (known) {
    case ShmCommand::IPC_INFO:
        return report_limits(ns, buffer);
    case ShmCommand::SHM_INFO:
        return report_usage(ns, buffer);
    case ShmCommand::IPC_STAT:
    case ShmCommand::SHM_STAT:
    case ShmCommand::SHM_STAT_ANY:
        return report_segment(ns, id, known, buffer);
    case ShmCommand::IPC_SET:
        return change_segment(ns, id, buffer);
    case ShmCommand::IPC_RMID:
        return remove_segment(ns, id);
    case ShmCommand::SHM_LOCK:
        return lock_segment(ns, id);
    case ShmCommand::SHM_UNLOCK:
        return unlock_segment(ns, id);
    }
    return Errno::EINVAL;
}

Result<i32> shmctl(IpcNamespace& ns, IpcId id, ShmCommand command, CompatBuffer buffer) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    switch (command) {
    case ShmCommand::IPC_STAT:
    case ShmCommand::SHM_STAT:
    case ShmCommand::SHM_STAT_ANY:
        return report_segment(ns, id, command, buffer);
    case ShmCommand::IPC_SET:
        return change_segment(ns, id, buffer);
    case ShmCommand::SHM_INFO:
        return report_usage(ns, buffer);
    default:
        return report_limits(ns, buffer);
    }
}

} // namespace sysvipc
