// SPDX-License-Identifier: GPL-2.0
/*
 * msgsnd(2): put a message into a queue, waiting for room if necessary.
 *
 * Locks:   the queue's.  Context: process, sleeps.
 */
#include <msg/msg_queue.hpp>

#include <base/optional.hpp>
#include <os/task.hpp>
#include <rules/abi.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

enum class Sent : u8 { Yes, MustWait };

COLD [[gnu::noinline]] Errno refuse_as_full(IpcNamespace& ns, MsgQueue& queue,
                                            MsgQueue::Locked& state,
                                            const Message& message) noexcept
{
    ns.limits().note_hit(Limit::MsgMnb, state->bytes, message.size());
    WaitTotals::note_refusal(queue.sender_waits());
    return Errno::EAGAIN;
}

/*
 * Consumes @message only if it returns Yes.  Inlined, as most calls try only once.
 * Errors: EACCES, EIDRM, a security module's, EAGAIN, in this order.
 */
[[gnu::always_inline]] inline Result<Sent> try_send(IpcNamespace& ns, MsgQueue& queue,
                                                    MsgQueue::Locked& state, Box<Message>& message,
                                                    u32 flags, WakeList& wakes) noexcept
{
    TRY(queue.check_access(state, kWriteAccess, ns.owner()));
    if (queue.is_removed())
        return Errno::EIDRM;
    TRY(queue.check_send(*message, flags));
    if (state->has_room(message->size())) {
        state->accept(move(message), ns.message_usage(), wakes);
        return Sent::Yes;
    }
    if (flags & abi::IPC_NOWAIT)
        return refuse_as_full(ns, queue, state, *message);
    return Sent::MustWait;
}

/* State of a sleeping task: a reference to the queue, and its entry in the queue's list. */
struct WaitingSender {
    WaitingSender(Ref<MsgQueue> kept, const Message& message) noexcept
        : queue(move(kept)),
          sender(message.type(), message.size()),
          counted(queue->sender_waits(), sender)
    {
    }

    Ref<MsgQueue> queue;
    Sender sender;
    Waiting counted;
};
using Place = Optional<WaitingSender>;

/* Precondition: @sender is in the queue's list.  Errors: EIDRM, EINTR (not restarted after a handler). */
Result<void> wait_for_room(MsgQueue& queue, Sender& sender) noexcept
{
    if (sender.wait() == Waiter::Outcome::Signal) {
        auto state = queue.lock();
        if (sender.is_linked()) {
            state->senders.remove(sender);
            return Errno::ERESTARTNOHAND;
        }
    }
    if (sender.answer == Sender::Answer::Removed)
        return Errno::EIDRM;
    return {};
}

/* Precondition: the queue is not removed, so that a reference can be taken. */
[[gnu::noinline]] Result<void> join_line(IpcNamespace& ns, MsgQueue& queue, MsgQueue::Locked& state,
                                         const Message& message, Place& place) noexcept
{
    ns.limits().note_hit(Limit::MsgMnb, state->bytes, message.size());
    Ref<MsgQueue> kept = TRY(Ref<MsgQueue>::try_get(queue));
    place.emplace([&] { return WaitingSender { move(kept), message }; });
    state->senders.push_back(place->sender);
    if (Trace::msg_blocked()) [[unlikely]]
        Trace::msg_blocked(queue.id(), true, message.type(), message.size(), state->messages);
    return {};
}

/* Continues msgsnd() for a task that the first try has queued.  Errors: as msgsnd(). */
[[gnu::noinline]] Result<void> send_waiting(IpcNamespace& ns, Box<Message>& message, u32 flags,
                                            WaitingSender& place) noexcept
{
    MsgQueue& queue = *place.queue;
    for (;;) {
        TRY(wait_for_room(queue, place.sender));
        WakeList wakes;
        auto state = queue.lock();
        /*
         * After TryAgain, the sender was not queued: it must check for removal itself.  A signal takes
         * precedence over the next try.
         */
        if (queue.is_removed())
            return Errno::EIDRM;
        if (CurrentTask::has_signal())
            return Errno::ERESTARTNOHAND;
        if (TRY(try_send(ns, queue, state, message, flags, wakes)) == Sent::Yes)
            return {};
        place.sender.rearm();
        state->senders.push_back(place.sender);
    }
}

/* MustWait: the task is queued, in @place.  Errors: EINVAL (no such queue); those of try_send(). */
[[gnu::always_inline]] inline Result<Sent> send_at_once(IpcNamespace& ns, IpcId id,
                                                        Box<Message>& message, u32 flags,
                                                        Place& place) noexcept
{
    PARTLY_INITIALISED WakeList wakes; /* mostly room for tasks, which few calls use */
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::EINVAL;
    auto state = queue->lock();
    const Sent sent = TRY(try_send(ns, *queue, state, message, flags, wakes));
    if (sent == Sent::MustWait) [[unlikely]]
        TRY(join_line(ns, *queue, state, *message, place));
    return sent;
}

/* The error for a message that is too long, or for a negative id. */
template <class Type>
COLD [[gnu::noinline]] Result<void> refuse(IpcNamespace& ns, IpcId id, UserAddress from,
                                           usize size) noexcept
{
    TRY(get_user<Type>(from));
    if (!id.is_negative())
        ns.limits().note_hit(Limit::MsgMax, 0, size);
    return Errno::EINVAL;
}

/* @Type: the integer type of mtype in the program. */
template <class Type>
Result<void> send(IpcNamespace& ns, IpcId id, UserAddress from, usize size, u32 flags) noexcept
{
    if (size > static_cast<usize>(ns.limits().msgmax.load_relaxed()) || id.is_negative())
        [[unlikely]]
        return refuse<Type>(ns, id, from, size);
    Box<Message> message = TRY(Message::load<Type>(from, size));
    /* Only waiting calls use it, and most calls do not wait: do not zero it. */
    PARTLY_INITIALISED Place place;
    if (TRY(send_at_once(ns, id, message, flags, place)) == Sent::Yes) [[likely]]
        return {};
    return send_waiting(ns, message, flags, *place);
}

} // namespace

/*
 * Errors, in the order of ipc/msg.c: EFAULT (type), EINVAL (size, id, type), ENOMEM, EFAULT (text), a
 * security module's, EINVAL (no such queue), EACCES, EIDRM, a security module's, EAGAIN, EINTR.
 */
Result<void> msgsnd(IpcNamespace& ns, IpcId id, UserAddress from, usize size, u32 flags) noexcept
{
    return send<i64>(ns, id, from, size, flags);
}

Result<void> msgsnd_compat(IpcNamespace& ns, IpcId id, UserAddress from, usize size,
                           u32 flags) noexcept
{
    return send<i32>(ns, id, from, size, flags);
}

} // namespace sysvipc
