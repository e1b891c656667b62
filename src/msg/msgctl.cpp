// SPDX-License-Identifier: GPL-2.0
/*
 * msgctl(2): look at, change and remove message queues.
 *
 * Locks:   the queue's; IPC_RMID the table's inside it.
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

/* IPC_INFO, MSG_INFO.  Returns the highest index in use, 0 when there is none. */
template <class Buffer>
Result<i32> report_info(IpcNamespace& ns, MsgCommand command, Buffer buffer) noexcept
{
    TRY(MsgQueue::check_command_for_all(command));
    const Limits& limits = ns.limits();
    const IdTable::Usage usage = ns.table(Kind::Messages).usage();
    abi::MsgInfo info;
    info.most_queues = limits.msgmni.load_relaxed();
    info.most_message_bytes = limits.msgmax.load_relaxed();
    info.most_queue_bytes = limits.msgmnb.load_relaxed();
    info.segment_size = abi::kMsgSsz;
    info.segments = abi::kMsgSeg;
    if (command == MsgCommand::UsageInfo) {
        const auto as_int = [](long sum) { return static_cast<i32>(min<long>(sum, INT32_MAX)); };
        info.pool = usage.in_use;
        info.map = as_int(ns.message_usage().messages.sum());
        info.most_messages = as_int(ns.message_usage().bytes.sum());
    } else {
        info.pool = abi::kMsgPool;
        info.map = abi::kMsgMap;
        info.most_messages = abi::kMsgTql;
    }
    TRY(write_user(buffer, info));
    return max(usage.highest, 0);
}

/* Fills in @stat, all zero so far; the full id.  Errors: EINVAL, EACCES (not MSG_STAT_ANY), EIDRM, in this order. */
[[gnu::always_inline]] inline Result<IpcId> stat_queue(IpcNamespace& ns, IpcId id,
                                                       MsgCommand command,
                                                       abi::MsgQueueStat& stat) noexcept
{
    const RcuGuard guard;
    MsgQueue* queue = command == MsgCommand::Stat
        ? MsgQueue::find(ns, id)
        : ns.table(Kind::Messages).find_at_index_of<MsgQueue>(id);
    if (!queue)
        return Errno::Invalid;
    auto state = queue->lock();
    if (command == MsgCommand::StatByIndexAny)
        queue->tell_audit();
    else
        TRY(queue->check_access(state, kReadAccess, ns.owner()));
    TRY(queue->check_command(command));
    if (queue->is_removed())
        return Errno::Removed;

    const IpcId full_id = queue->id();
    stat.perm = queue->ownership(state).show(queue->key(), full_id);
    stat.send_time = state->send_time;
    stat.receive_time = state->receive_time;
    stat.change_time = state->change_time;
    stat.bytes = state->bytes;
    stat.messages = state->messages;
    stat.most_bytes = state->most_bytes;
    stat.last_sender = state->last_sender.show();
    stat.last_receiver = state->last_receiver.show();
    return full_id;
}

/* IPC_STAT returns 0, MSG_STAT and MSG_STAT_ANY, which take an index, the id. */
template <class Buffer>
Result<i32> report_queue(IpcNamespace& ns, IpcId id, MsgCommand command, Buffer buffer) noexcept
{
    abi::MsgQueueStat stat;
    const IpcId full_id = TRY(stat_queue(ns, id, command, stat));
    TRY(write_user(buffer, stat));
    return command == MsgCommand::Stat ? 0 : full_id.value();
}

/*
 * Errors: EFAULT, EINVAL (no such queue), EPERM (not owner or creator; more bytes than msgmnb), EINVAL
 * (owner without a mapping), in this order.
 */
template <class Buffer>
Result<i32> set_queue(IpcNamespace& ns, IpcId id, Buffer buffer) noexcept
{
    const auto request = TRY(read_user<abi::MsgQueueStat>(buffer));
    /* Linux passes the number through an int: kept to the bit, sign extension included. */
    const auto most_bytes = static_cast<i32>(request.most_bytes);

    WakeList wakes;
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::Invalid;
    auto state = queue->lock();
    if (queue->is_removed())
        return Errno::Invalid;
    TRY(queue->check_change(state, request.perm, static_cast<u64>(i64 { most_bytes }), ns.owner()));
    if (static_cast<u32>(most_bytes) > static_cast<u32>(ns.limits().msgmnb.load_relaxed())
        && !Caller::is_globally_capable(Capability::SysResource))
        return Errno::Perm;
    const Ownership changed = TRY(queue->ownership(state).changed_by(request.perm));
    queue->set_ownership(state, changed);
    state->most_bytes = static_cast<u64>(i64 { most_bytes });
    state->change_time = real_seconds();
    /* Some may no longer have the right to receive; some senders may fit now. */
    state->release_receivers(Receiver::Answer::TryAgain, wakes);
    state->release_senders_with_room(wakes);
    return 0;
}

/* Those who slept at it are awake on return.  Errors: EINVAL, EPERM. */
Result<Ref<MsgQueue>> withdraw(IpcNamespace& ns, IpcId id) noexcept
{
    WakeList wakes;
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::Invalid;
    auto state = queue->lock();
    if (queue->is_removed())
        return Errno::Invalid;
    TRY(queue->check_removal(state, ns.owner()));
    return queue->withdraw(ns.table(Kind::Messages), state, wakes);
}

/* Errors: EINVAL, EPERM. */
Result<i32> remove_queue(IpcNamespace& ns, IpcId id) noexcept
{
    const Ref<MsgQueue> queue = TRY(withdraw(ns, id));
    queue->retire(ns.message_usage());
    return 0;
}

} // namespace

/* Errors: EINVAL for a negative id or command before all else, then as above. */
Result<i32> msgctl(IpcNamespace& ns, IpcId id, i32 command, UserAddress buffer) noexcept
{
    if (id.is_negative() || command < 0)
        return Errno::Invalid;
    switch (static_cast<MsgCommand>(command)) {
    case MsgCommand::LimitInfo:
    case MsgCommand::UsageInfo:
        return report_info(ns, static_cast<MsgCommand>(command), buffer);
    case MsgCommand::Stat:
    case MsgCommand::StatByIndex:
    case MsgCommand::StatByIndexAny:
        return report_queue(ns, id, static_cast<MsgCommand>(command), buffer);
    case MsgCommand::Set:
        return set_queue(ns, id, buffer);
    case MsgCommand::Remove:
        return remove_queue(ns, id);
    }
    return Errno::Invalid;
}

Result<i32> msgctl(IpcNamespace& ns, IpcId id, MsgCommand command, CompatBuffer buffer) noexcept
{
    if (id.is_negative())
        return Errno::Invalid;
    switch (command) {
    case MsgCommand::Stat:
    case MsgCommand::StatByIndex:
    case MsgCommand::StatByIndexAny:
        return report_queue(ns, id, command, buffer);
    case MsgCommand::Set:
        return set_queue(ns, id, buffer);
    default:
        return report_info(ns, command, buffer);
    }
}

} // namespace sysvipc
