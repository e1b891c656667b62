// SPDX-License-Identifier: GPL-2.0
/* Operations on a locked queue (contracts: include/msg/msg_queue.hpp). */
#include <msg/msg_queue.hpp>

#include <ids/all_objects.hpp>
#include <os/clock.hpp>
#include <os/task.hpp>
#include <os/trace.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

MsgQueueState::MsgQueueState(i32 most_bytes, KernelPerm& perm) noexcept
    : ctime(real_seconds()),
      qbytes(most_bytes),
      perm_(perm)
{
}

Result<Ref<MsgQueue>> MsgQueue::create(Key key, Mode mode, i32 qbytes) noexcept
{
    static_assert(is_perm_within<MsgQueue>());
    Ref<MsgQueue> queue = TRY(Ref<MsgQueue>::create(0, key, Ownership::of_caller(mode), qbytes));
    TRY(queue->label());
    return queue;
}

WaitTotals* MsgQueue::sender_waits() noexcept
{
    QueueWaits* waits = waits_.get_or_make();
    return waits ? &waits->senders : nullptr;
}

WaitTotals* MsgQueue::receiver_waits() noexcept
{
    QueueWaits* waits = waits_.get_or_make();
    return waits ? &waits->receivers : nullptr;
}

void MsgQueueState::trace_sent(const Message& message) const noexcept
{
    Trace::msg_sent(perm_.id(), message.type(), message.size(), messages + 1);
}

void MsgQueueState::trace_received(const Message& message) const noexcept
{
    Trace::msg_received(perm_.id(), message.type(), message.size(), messages);
}

bool MsgQueueState::may_have(kapi_task* receiver, const MessageSelector& selector,
                             Message& message) noexcept
{
    return QueueHooks::may_receive(perm_, message.known(), receiver, selector.operand(),
                                   selector.search_mode());
}

Message* MsgQueueState::select(const MessageSelector& selector) noexcept
{
    return store.select(selector, [&](Message& message) {
        return may_have(CurrentTask::raw(), selector, message);
    });
}

/*
 * Tries receivers in the order in which they went to sleep.  A receiver whose buffer is too small
 * fails with E2BIG, and the next one is tried.
 */
bool MsgQueueState::deliver(Box<Message>& message, WakeList& wakes) noexcept
{
    ReceiverLine::Accepting accepting { receivers, message->type() };
    while (Receiver* receiver = accepting.next()) {
        if (!may_have(receiver->task(), receiver->selector, *message))
            continue;
        receivers.leave(*receiver);
        if (message->size() <= receiver->capacity) {
            lrpid.note(receiver->pid());
            rtime = real_seconds();
            ++received;
            if (Trace::msg_handed_over()) [[unlikely]]
                Trace::msg_handed_over(perm_.id(), message->type(), message->size(),
                                       receiver->pid());
            receiver->answer = Receiver::Answer::Delivered;
            receiver->message = move(message);
            wakes.finish(*receiver);
            return true;
        }
        receiver->answer = Receiver::Answer::TooBig;
        wakes.finish(*receiver);
    }
    return false;
}

void MsgQueueState::accept(Box<Message> message, MessageUsage& usage, WakeList& wakes) noexcept
{
    if (Trace::msg_sent()) [[unlikely]]
        trace_sent(*message);
    lspid.note(CurrentTask::process());
    stime = real_seconds();
    if (!receivers.is_empty() && deliver(message, wakes))
        return;
    const usize size = message->size();
    store.add(move(message));
    bytes += size;
    if (++messages > most_messages) [[unlikely]]
        most_messages = messages;
    usage.bytes.add(static_cast<long>(size));
    usage.messages.add(1);
}

Box<Message> MsgQueueState::take(Message& message, MessageUsage& usage, WakeList& wakes) noexcept
{
    const usize size = message.size();
    Box<Message> taken = store.take(message);
    bytes -= size;
    --messages;
    ++received;
    if (Trace::msg_received()) [[unlikely]]
        trace_received(*taken);
    usage.bytes.add(-static_cast<long>(size));
    usage.messages.add(-1);
    lrpid.note(CurrentTask::process());
    rtime = real_seconds();
    if (!senders.is_empty()) [[unlikely]]
        release_senders_with_room(wakes);
    return taken;
}

void MsgQueueState::release_receivers(Receiver::Answer answer, WakeList& wakes) noexcept
{
    receivers.take_all([&](Receiver& receiver) {
        receiver.answer = answer;
        wakes.finish(receiver);
    });
}

/*
 * Wakes each sender whose message alone would fit: a sender that gives up, or finds the room taken,
 * then need not wake another.
 */
void MsgQueueState::release_senders_with_room(WakeList& wakes) noexcept
{
    for (Sender* sender = senders.first(); sender;) {
        Sender* next = senders.next(*sender);
        if (has_room(sender->size)) {
            senders.remove(*sender);
            sender->answer = Sender::Answer::TryAgain;
            wakes.finish(*sender);
        }
        sender = next;
    }
}

void MsgQueueState::release_all_senders(WakeList& wakes) noexcept
{
    while (Sender* sender = senders.pop_front()) {
        sender->answer = Sender::Answer::Removed;
        wakes.finish(*sender);
    }
}

Ref<MsgQueue> MsgQueue::withdraw(IdTable& table, Locked& state, WakeList& wakes) noexcept
{
    /* Withdraw first: a waiter woken by the removal must not find the queue. */
    Ref<MsgQueue> withdrawn = table.withdraw(*this, state);
    state->release_receivers(Receiver::Answer::Removed, wakes);
    state->release_all_senders(wakes);
    return withdrawn;
}

void MsgQueue::retire(MessageUsage& usage) noexcept
{
    /* No task adds to or takes from a removed queue, so its store needs no lock. */
    MsgQueueState& state = unreachable_state();
    usage.bytes.add(-static_cast<long>(state.bytes));
    usage.messages.add(-long { state.messages });
    while (!state.store.drain_one().is_empty())
        CurrentTask::give_way();
}

namespace {

Ref<MsgQueue> take_out(IdTable& table, MsgQueue& queue) noexcept
{
    WakeList wakes;
    auto state = queue.lock();
    return queue.withdraw(table, state, wakes);
}

} // namespace

void remove_all_queues(IpcNamespace& ns) noexcept
{
    IdTable& table = ns.table(Kind::Messages);
    for_all_objects<MsgQueue>(table, [&](MsgQueue& queue) {
        const Ref<MsgQueue> removed = take_out(table, queue);
        if (Trace::ipc_removed()) [[unlikely]]
            trace_removed(*removed, Removal::Namespace);
        removed->retire(ns.message_usage());
    });
}

} // namespace sysvipc
