// SPDX-License-Identifier: GPL-2.0
/*
 * msgctl(2): query, change and remove message queues.
 *
 * Locks:   the queue's; IPC_RMID nests the table's in it.
 * No command is inlined into msgctl(), so that none sets up the stack frame of another.
 * Context: process, sleeps in user copies only.
 */
#include <msg/msg_queue.hpp>

#include <os/clock.hpp>
#include <rules/abi.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using abi::MsgCommand;

/* IPC_INFO, MSG_INFO.  Returns the highest index in use, 0 if there is none. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_info(IpcNamespace& ns, MsgCommand command,
                                          Buffer buffer) noexcept
{
    TRY(MsgQueue::check_command_for_all(command));
    const Limits& limits = ns.limits();
    const IdTable::Usage usage = ns.table(Kind::Messages).usage();
    abi::MsgInfo info;
    info.msgmni = limits.msgmni.load_relaxed();
    info.msgmax = limits.msgmax.load_relaxed();
    info.msgmnb = limits.msgmnb.load_relaxed();
    info.msgssz = abi::kMsgSsz;
    info.msgseg = abi::kMsgSeg;
    if (command == MsgCommand::MSG_INFO) {
        const auto as_int = [](long sum) { return static_cast<i32>(min<long>(sum, INT32_MAX)); };
        info.msgpool = usage.in_use;
        info.msgmap = as_int(ns.message_usage().messages.sum());
        info.msgtql = as_int(ns.message_usage().bytes.sum());
    } else {
        info.msgpool = abi::kMsgPool;
        info.msgmap = abi::kMsgMap;
        info.msgtql = abi::kMsgTql;
    }
    TRY(write_user(buffer, info));
    return max(usage.highest, 0);
}

/*
 * Fills in @stat, which is all 0, and returns the full id.
 * Errors: EINVAL, EACCES (not MSG_STAT_ANY), EIDRM, in this order.
 */
[[gnu::always_inline]] inline Result<IpcId> stat_queue(IpcNamespace& ns, IpcId id,
                                                       MsgCommand command,
                                                       abi::MsgQueueStat& stat) noexcept
{
    const RcuGuard guard;
    MsgQueue* queue = command == MsgCommand::IPC_STAT
        ? MsgQueue::find(ns, id)
        : ns.table(Kind::Messages).find_at_index_of<MsgQueue>(id);
    if (!queue)
        return Errno::EINVAL;
    auto state = queue->lock();
    if (command == MsgCommand::MSG_STAT_ANY)
        queue->audit();
    else
        TRY(queue->check_access(state, kReadAccess, ns.owner()));
    TRY(queue->check_command(command));
    if (queue->is_removed())
        return Errno::EIDRM;

    const IpcId full_id = queue->id();
    stat.perm = queue->ownership(state).show(queue->key(), full_id);
    stat.stime = state->stime;
    stat.rtime = state->rtime;
    stat.ctime = state->ctime;
    stat.cbytes = state->bytes;
    stat.qnum = state->messages;
    stat.qbytes = state->byte_limit();
    stat.lspid = state->lspid.show();
    stat.lrpid = state->lrpid.show();
    return full_id;
}

/* IPC_STAT returns 0; MSG_STAT and MSG_STAT_ANY, which take an index, return the id. */
template <class Buffer>
[[gnu::noinline]] Result<i32> report_queue(IpcNamespace& ns, IpcId id, MsgCommand command,
                                           Buffer buffer) noexcept
{
    abi::MsgQueueStat stat;
    const IpcId full_id = TRY(stat_queue(ns, id, command, stat));
    TRY(write_user(buffer, stat));
    return command == MsgCommand::IPC_STAT ? 0 : full_id.value();
}

/*
 * Errors: EFAULT, EINVAL (no such queue), EPERM (not owner or creator; more bytes than msgmnb), EINVAL
 * (owner without a mapping), in this order.
 */
template <class Buffer>
[[gnu::noinline]] Result<i32> set_queue(IpcNamespace& ns, IpcId id, Buffer buffer) noexcept
{
    const auto request = TRY(read_user<abi::MsgQueueStat>(buffer));
    /* As on Linux, the number passes through an int, with sign extension. */
    const auto qbytes = static_cast<i32>(request.qbytes);

    PARTLY_INITIALISED WakeList wakes;
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::EINVAL;
    auto state = queue->lock();
    if (queue->is_removed())
        return Errno::EINVAL;
    TRY(queue->check_change(state, request.perm, static_cast<u64>(i64 { qbytes }), ns.owner()));
    if (static_cast<u32>(qbytes) > static_cast<u32>(ns.limits().msgmnb.load_relaxed())
        && !Caller::is_globally_capable(Capability::SysResource)) {
        ns.limits().note_hit(Limit::MsgMnb, 0, static_cast<u32>(qbytes));
        return Errno::EPERM;
    }
    const Ownership changed = TRY(queue->ownership(state).changed_by(request.perm));
    queue->set_ownership(state, changed);
    state->qbytes = qbytes;
    state->ctime = real_seconds();
    /* Receivers may have lost their permission; senders may have room now. */
    state->release_receivers(Receiver::Answer::TryAgain, wakes);
    state->release_senders_with_room(wakes);
    return 0;
}

/* Also wakes the queue's waiters.  Errors: EINVAL, EPERM. */
Result<Ref<MsgQueue>> withdraw(IpcNamespace& ns, IpcId id) noexcept
{
    PARTLY_INITIALISED WakeList wakes;
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::EINVAL;
    auto state = queue->lock();
    if (queue->is_removed())
        return Errno::EINVAL;
    TRY(queue->check_removal(state, ns.owner()));
    return queue->withdraw(ns.table(Kind::Messages), state, wakes);
}

/* Errors: EINVAL, EPERM. */
[[gnu::noinline]] Result<i32> remove_queue(IpcNamespace& ns, IpcId id) noexcept
{
    const Ref<MsgQueue> queue = TRY(withdraw(ns, id));
    if (Trace::ipc_removed()) [[unlikely]]
        trace_removed(*queue, Removal::Rmid);
    queue->retire(ns.message_usage());
    return 0;
}

} // namespace

/* Errors: first EINVAL (negative id or command), then as above. */
Result<i32> msgctl(IpcNamespace& ns, IpcId id, i32 command, UserAddress buffer) noexcept
{
    if (id.is_negative() || command < 0)
        return Errno::EINVAL;
    switch (static_cast<MsgCommand>(command)) {
    case MsgCommand::IPC_INFO:
    case MsgCommand::MSG_INFO:
        return report_info(ns, static_cast<MsgCommand>(command), buffer);
    case MsgCommand::IPC_STAT:
    case MsgCommand::MSG_STAT:
    case MsgCommand::MSG_STAT_ANY:
        return report_queue(ns, id, static_cast<MsgCommand>(command), buffer);
    case MsgCommand::IPC_SET:
        return set_queue(ns, id, buffer);
    case MsgCommand::IPC_RMID:
        return remove_queue(ns, id);
    }
    return Errno::EINVAL;
}

Result<i32> msgctl(IpcNamespace& ns, IpcId id, MsgCommand command, CompatBuffer buffer) noexcept
{
    if (id.is_negative())
        return Errno::EINVAL;
    switch (command) {
    case MsgCommand::IPC_STAT:
    case MsgCommand::MSG_STAT:
    case MsgCommand::MSG_STAT_ANY:
        return report_queue(ns, id, command, buffer);
    case MsgCommand::IPC_SET:
        return set_queue(ns, id, buffer);
    default:
        return report_info(ns, command, buffer);
    }
}

} // namespace sysvipc
