// SPDX-License-Identifier: GPL-2.0
/*
 * msgsnd(2): put a message into a queue, waiting for room if there is none.
 *
 * Locks:   the queue's.  Context: process, sleeps.
 */
#include <msg/msg_queue.hpp>

#include <os/task.hpp>
#include <rules/abi.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

enum class Sent : u8 { Yes, MustWait };

/* Errors: EACCES, EIDRM, EAGAIN, in this order.  @message is consumed with Sent::Yes only. */
Result<Sent> try_send(IpcNamespace& ns, MsgQueue& queue, MsgQueue::Locked& state,
                      Box<Message>& message, u32 flags, WakeList& wakes) noexcept
{
    TRY(queue.ownership(state).check_access(kWriteAccess, ns.owner()));
    if (queue.is_removed())
        return Errno::Removed;
    if (state->has_room(message->size())) {
        state->accept(move(message), ns.message_usage(), wakes);
        return Sent::Yes;
    }
    if (flags & abi::kIpcNoWait)
        return Errno::Again;
    return Sent::MustWait;
}

/* @sender stands on the queue's list.  Errors: EIDRM, EINTR (not restarted once a handler ran). */
Result<void> wait_for_room(MsgQueue& queue, Sender& sender) noexcept
{
    if (sender.wait() == Waiter::Outcome::Signal) {
        {
            auto state = queue.lock();
            if (sender.is_linked()) {
                state->senders.remove(sender);
                return Errno::RestartNoHandler;
            }
        }
        sender.wait_for_flush();
    }
    if (sender.answer == Sender::Answer::Removed)
        return Errno::Removed;
    /* There may be room by now, but the signal goes first. */
    if (CurrentTask::has_signal())
        return Errno::RestartNoHandler;
    return {};
}

/* As msgsnd(), once a first try has shown that there is no room. */
Result<void> send_waiting(IpcNamespace& ns, IpcId id, Box<Message>& message, u32 flags) noexcept
{
    const Ref<MsgQueue> queue = TRY(MsgQueue::hold(ns, id));
    for (;;) {
        Sender sender { message->size() };
        {
            WakeList wakes;
            auto state = queue->lock();
            if (TRY(try_send(ns, *queue, state, message, flags, wakes)) == Sent::Yes)
                return {};
            state->senders.push_back(sender);
        }
        TRY(wait_for_room(*queue, sender));
    }
}

/* Errors: EINVAL for an id that names no queue; what try_send() has. */
Result<Sent> send_at_once(IpcNamespace& ns, IpcId id, Box<Message>& message, u32 flags) noexcept
{
    WakeList wakes;
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::Invalid;
    auto state = queue->lock();
    return try_send(ns, *queue, state, message, flags, wakes);
}

} // namespace

/*
 * Errors, in the order of ipc/msg.c: EFAULT (type), EINVAL (size, id, type), ENOMEM, EFAULT (text),
 * EINVAL (no such queue), EACCES, EIDRM, EAGAIN, EINTR.
 */
Result<void> msgsnd(IpcNamespace& ns, IpcId id, UserAddress from, usize size, u32 flags) noexcept
{
    if (size > static_cast<usize>(ns.limits().msgmax.load_relaxed()) || id.is_negative())
        [[unlikely]] {
        TRY(read_user<i64>(from));
        return Errno::Invalid;
    }
    Box<Message> message = TRY(Message::load(from, size));
    if (TRY(send_at_once(ns, id, message, flags)) == Sent::Yes) [[likely]]
        return {};
    return send_waiting(ns, id, message, flags);
}

} // namespace sysvipc
