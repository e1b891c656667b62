// SPDX-License-Identifier: GPL-2.0
/*
 * msgrcv(2): take a message from a queue, waiting for one if necessary.
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

struct ReceiveRequest {
    MessageSelector selector;
    usize size;
    u32 flags;

    [[nodiscard]] bool may_truncate() const noexcept { return (flags & abi::MSG_NOERROR) != 0; }
    [[nodiscard]] bool may_wait() const noexcept { return (flags & abi::IPC_NOWAIT) == 0; }
    /* The longest text that a sleeping receiver accepts; an int on Linux. */
    [[nodiscard]] usize capacity() const noexcept { return may_truncate() ? INT32_MAX : size; }
};

enum class Received : u8 { Yes, MustWait };

/* Errors: EACCES, EIDRM, in this order. */
[[gnu::always_inline]] inline Result<void> check_readable(IpcNamespace& ns, MsgQueue& queue,
                                                          const MsgQueue::Locked& state) noexcept
{
    TRY(queue.check_access(state, kReadAccess, ns.owner()));
    if (queue.is_removed())
        return Errno::EIDRM;
    return {};
}

COLD [[gnu::noinline]] Errno refuse_as_empty(MsgQueue& queue) noexcept
{
    WaitTotals::note_refusal(queue.receiver_waits());
    return Errno::ENOMSG;
}

/*
 * Sets @message if it returns Yes.  Inlined, as most calls try only once.
 * Errors: EACCES, EIDRM, E2BIG, ENOMSG, in this order.
 */
[[gnu::always_inline]] inline Result<Received> try_receive(IpcNamespace& ns, MsgQueue& queue,
                                                           MsgQueue::Locked& state,
                                                           const ReceiveRequest& request,
                                                           Box<Message>& message,
                                                           WakeList& wakes) noexcept
{
    TRY(check_readable(ns, queue, state));
    if (Message* found = state->select(request.selector)) {
        if (found->size() > request.size && !request.may_truncate())
            return Errno::E2BIG;
        message = state->take(*found, ns.message_usage(), wakes);
        return Received::Yes;
    }
    if (!request.may_wait())
        return refuse_as_empty(queue);
    return Received::MustWait;
}

/* State of a sleeping task: a reference to the queue, and its entry in the queue's line. */
struct WaitingReceiver {
    WaitingReceiver(Ref<MsgQueue> kept, const ReceiveRequest& request) noexcept
        : queue(move(kept)),
          receiver(request.selector, request.capacity()),
          counted(queue->receiver_waits(), receiver)
    {
    }

    Ref<MsgQueue> queue;
    Receiver receiver;
    Waiting counted;
};
using Place = Optional<WaitingReceiver>;

/*
 * Precondition: @receiver is in the queue's line.  MustWait: the caller must try again.
 * Errors: EIDRM, E2BIG, EINTR (not restarted after a signal handler).
 */
Result<Received> wait_for_message(MsgQueue& queue, Receiver& receiver,
                                  Box<Message>& message) noexcept
{
    if (receiver.wait() == Waiter::Outcome::Signal) {
        auto state = queue.lock();
        if (receiver.is_linked()) {
            state->receivers.leave(receiver);
            return Errno::ERESTARTNOHAND;
        }
    }
    switch (receiver.answer) {
    case Receiver::Answer::Delivered:
        message = move(receiver.message);
        return Received::Yes;
    case Receiver::Answer::TooBig:
        return Errno::E2BIG;
    case Receiver::Answer::Removed:
        return Errno::EIDRM;
    case Receiver::Answer::TryAgain:
        break;
    }
    return Received::MustWait;
}

/* Precondition: the queue is not removed, so that a reference can be taken. */
[[gnu::noinline]] Result<void> join_line(MsgQueue& queue, MsgQueue::Locked& state,
                                         const ReceiveRequest& request, Place& place) noexcept
{
    Ref<MsgQueue> kept = TRY(Ref<MsgQueue>::try_get(queue));
    place.emplace([&] { return WaitingReceiver { move(kept), request }; });
    state->receivers.join(place->receiver);
    if (Trace::msg_blocked()) [[unlikely]]
        Trace::msg_blocked(queue.id(), false, request.selector.asked_for(), request.size,
                           state->messages);
    return {};
}

/* Continues msgrcv() for a task that the first try has queued.  Errors: as msgrcv(). */
[[gnu::noinline]] Result<void> receive_waiting(IpcNamespace& ns, const ReceiveRequest& request,
                                               Box<Message>& message,
                                               WaitingReceiver& place) noexcept
{
    MsgQueue& queue = *place.queue;
    while (TRY(wait_for_message(queue, place.receiver, message)) == Received::MustWait) {
        WakeList wakes;
        auto state = queue.lock();
        /* On Linux the task is still in the list, so removal takes precedence over a signal and permissions. */
        if (queue.is_removed())
            return Errno::EIDRM;
        if (CurrentTask::has_signal())
            return Errno::ERESTARTNOHAND;
        if (TRY(try_receive(ns, queue, state, request, message, wakes)) == Received::Yes)
            return {};
        place.receiver.rearm();
        state->receivers.join(place.receiver);
    }
    return {};
}

/* MustWait: the task is queued, in @place.  Errors: EINVAL (no such queue); those of try_receive(). */
[[gnu::always_inline]] inline Result<Received> receive_at_once(IpcNamespace& ns, IpcId id,
                                                               const ReceiveRequest& request,
                                                               Box<Message>& message,
                                                               Place& place) noexcept
{
    PARTLY_INITIALISED WakeList wakes; /* mostly room for tasks, which few calls use */
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::EINVAL;
    auto state = queue->lock();
    const Received received = TRY(try_receive(ns, *queue, state, request, message, wakes));
    if (received == Received::MustWait) [[unlikely]]
        TRY(join_line(*queue, state, request, place));
    return received;
}

/*
 * MSG_COPY: copies the message at a position in the queue; sets @size to the size of its text.
 * Errors, in order: EINVAL (flags); ENOMEM; EFAULT if the buffer cannot be read, as on Linux; a
 * security module's; EINVAL (no such queue); EACCES; EIDRM; ENOMSG; E2BIG; EINVAL (would be truncated).
 */
[[gnu::noinline]] Result<Box<Message>> receive_copy(IpcNamespace& ns, IpcId id,
                                                    const ReceiveRequest& request,
                                                    UserAddress buffer, usize& size) noexcept
{
    if (request.may_wait() || (request.flags & abi::MSG_EXCEPT))
        return Errno::EINVAL;
    const usize capacity = min(request.size, static_cast<usize>(ns.limits().msgmax.load_relaxed()));
    Box<Message> copy = TRY(Message::create_blank(capacity));
    TRY(probe_user_readable(buffer, capacity));
    TRY(copy->label());

    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::EINVAL;
    auto state = queue->lock();
    TRY(check_readable(ns, *queue, state));
    const Message* found = state->select(request.selector);
    if (!found)
        return Errno::ENOMSG;
    if (found->size() > request.size && !request.may_truncate())
        return Errno::E2BIG;
    if (found->size() > capacity)
        return Errno::EINVAL;
    copy->copy_from(*found);
    size = found->size();
    return copy;
}

/*
 * Writes @message, which is no longer in a queue.  Errors: EFAULT; EIDRM during unloading, when all
 * queues have been removed, and the message counts as removed with its queue.
 */
template <class Type>
Result<void> hand_over(const Message& message, UserAddress to, usize size) noexcept
{
    Result<void> stored = message.store<Type>(to, size);
    if (!stored.ok() && stored.error() == Errno::ENOSYS) [[unlikely]]
        return Errno::EIDRM;
    return stored;
}

/* @Type: the integer type of mtype in the program. */
template <class Type>
Result<usize> receive(IpcNamespace& ns, IpcId id, UserAddress to, usize size, i64 type,
                      u32 flags) noexcept
{
    if (id.is_negative() || static_cast<i64>(size) < 0) [[unlikely]]
        return Errno::EINVAL;
    const bool copies = (flags & abi::MSG_COPY) != 0;
    const ReceiveRequest request {
        MessageSelector::from_request(type, (flags & abi::MSG_EXCEPT) != 0, copies), size, flags
    };

    Box<Message> message;
    usize text_size = 0;
    /* Only waiting calls use it, and most calls do not wait: do not zero it. */
    PARTLY_INITIALISED Place place;
    if (copies) [[unlikely]] {
        message = TRY(receive_copy(ns, id, request, to, text_size));
    } else {
        if (TRY(receive_at_once(ns, id, request, message, place)) == Received::MustWait)
            TRY(receive_waiting(ns, request, message, *place));
        text_size = message->size();
    }
    const usize written = min(size, text_size);
    TRY(hand_over<Type>(*message, to, written));
    return written;
}

} // namespace

/*
 * Returns the number of bytes of text written.
 * Errors, in the order of ipc/msg.c: EINVAL (id, size), those of receive_copy(), EINVAL (no such
 * queue), EACCES, EIDRM, E2BIG, ENOMSG, EINTR; EFAULT last: the message is then lost.
 */
Result<usize> msgrcv(IpcNamespace& ns, IpcId id, UserAddress to, usize size, i64 type,
                     u32 flags) noexcept
{
    return receive<i64>(ns, id, to, size, type, flags);
}

Result<usize> msgrcv_compat(IpcNamespace& ns, IpcId id, UserAddress to, usize size, i64 type,
                            u32 flags) noexcept
{
    return receive<i32>(ns, id, to, size, type, flags);
}

} // namespace sysvipc
