// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_msg_queue: operations on a queue under its lock, with waiters that do not sleep.
 * The system calls around it, user memory and signals are tested from user space (tests/).
 */
#include "namespace_fixture.hpp"
#include "queue_fixture.hpp"
#include "random.hpp"

#include <os/clock.hpp>
#include <os/task.hpp>
#include <base/poison.hpp>

namespace sysvipc {

TEST_CASE(QueueFixture, a_message_without_a_receiver_is_stored_and_counted)
{
    expect_contents(0, 0);
    send(1, 10);
    send(2, 0);
    expect_contents(2, 10);
    EXPECT_EQ(receive(ask(0)), 10);
    expect_contents(1, 0);
    EXPECT_EQ(receive(ask(0)), 0);
    EXPECT_EQ(receive(ask(0)), -1);
    expect_contents(0, 0);
}

TEST_CASE(QueueFixture, the_last_sender_and_receiver_and_their_times_are_recorded)
{
    const i64 before = real_seconds();
    EXPECT(queue.ctime <= before);
    EXPECT_EQ(queue.stime, 0);
    EXPECT_EQ(queue.rtime, 0);
    EXPECT_EQ(queue.lspid.show(), 0);
    EXPECT_EQ(queue.lrpid.show(), 0);

    send(1, 10);
    const i32 self = kapi_pid_vnr(CurrentTask::process());
    EXPECT(queue.stime >= before);
    EXPECT_EQ(queue.lspid.show(), self);
    EXPECT_EQ(queue.rtime, 0);
    EXPECT_EQ(queue.lrpid.show(), 0);

    EXPECT_EQ(receive(ask(0)), 10);
    EXPECT(queue.rtime >= before);
    EXPECT_EQ(queue.lrpid.show(), self);
    EXPECT_EQ(queue.lspid.show(), self);
}

TEST_CASE(QueueFixture, a_waiting_receiver_is_handed_its_message_and_the_queue_never_holds_it)
{
    Receiver receiver { ask(0), 10 };
    queue.receivers.join(receiver);
    send(7, 10);
    EXPECT(!receiver.is_linked());
    EXPECT_EQ(receiver.answer, Answer::Delivered);
    EXPECT_EQ(receiver.wait(), Waiter::Outcome::Done);
    if (EXPECT(!receiver.message.is_empty()))
        EXPECT_EQ(receiver.message->type(), 7);
    expect_contents(0, 0);
    EXPECT_EQ(queue.lrpid.show(), kapi_pid_vnr(receiver.pid()));
}

TEST_CASE(QueueFixture, receivers_are_tried_in_order_of_arrival)
{
    Receiver first { ask(1), 10 };
    Receiver second { ask(0), 10 };
    Receiver third { ask(0), 10 };
    for (Receiver* receiver : { &first, &second, &third })
        queue.receivers.join(*receiver);
    send(2, 1);
    EXPECT(first.is_linked());
    EXPECT_EQ(second.answer, Answer::Delivered);
    send(1, 2);
    EXPECT_EQ(first.answer, Answer::Delivered);
    EXPECT(third.is_linked());
    send(3, 3);
    EXPECT_EQ(third.answer, Answer::Delivered);
    EXPECT(queue.receivers.is_empty());
    expect_contents(0, 0);
}

TEST_CASE(QueueFixture, a_receiver_gets_only_messages_of_its_type)
{
    Receiver equal { ask(5), 10 };
    Receiver except { ask(5, true), 10 };
    Receiver at_most { ask(-3), 10 };
    queue.receivers.join(equal);
    send(4, 1);
    send(6, 1);
    EXPECT(equal.is_linked());
    send(5, 1);
    EXPECT_EQ(equal.answer, Answer::Delivered);
    queue.receivers.join(except);
    send(5, 1);
    EXPECT(except.is_linked());
    queue.receivers.join(at_most);
    send(3, 1);
    EXPECT_EQ(except.answer, Answer::Delivered);
    send(4, 1);
    EXPECT(at_most.is_linked());
    send(3, 1);
    EXPECT_EQ(at_most.answer, Answer::Delivered);
    expect_contents(4, 4);
}

TEST_CASE(QueueFixture, a_receiver_with_too_small_a_buffer_fails_and_the_next_gets_the_message)
{
    Receiver small { ask(0), 9 };
    Receiver other_type { ask(2), 10 };
    Receiver large { ask(0), 10 };
    for (Receiver* receiver : { &small, &other_type, &large })
        queue.receivers.join(*receiver);
    send(1, 10);
    EXPECT_EQ(small.answer, Answer::TooBig);
    EXPECT_EQ(small.wait(), Waiter::Outcome::Done);
    EXPECT(small.message.is_empty());
    EXPECT(other_type.is_linked());
    EXPECT_EQ(large.answer, Answer::Delivered);
    send(2, 11);
    EXPECT_EQ(other_type.answer, Answer::TooBig);
    expect_contents(1, 11);
}

TEST_CASE(QueueFixture, a_queue_is_full_by_bytes_or_by_messages)
{
    EXPECT(queue.has_room(kLimit));
    EXPECT(!queue.has_room(kLimit + 1));
    send(1, 60);
    EXPECT(queue.has_room(40));
    EXPECT(!queue.has_room(41));
    for (u64 i = 1; i < kLimit; ++i)
        send(1, 0);
    EXPECT(!queue.has_room(0));
    expect_contents(kLimit, 60);
    EXPECT_EQ(receive(ask(0)), 60);
    EXPECT(queue.has_room(100));
}

TEST_CASE(QueueFixture, room_is_offered_to_every_sender_whose_message_would_fit)
{
    send(1, 60);
    send(2, 40);
    Sender large { 1, 70 };
    Sender middle { 1, 60 };
    Sender small { 1, 10 };
    for (Sender* sender : { &large, &middle, &small })
        queue.senders.push_back(*sender);
    EXPECT_EQ(receive(ask(1)), 60);
    EXPECT(large.is_linked());
    EXPECT(!middle.is_linked());
    EXPECT(!small.is_linked());
    EXPECT_EQ(middle.answer, Sender::Answer::TryAgain);
    EXPECT_EQ(small.answer, Sender::Answer::TryAgain);
    EXPECT_EQ(middle.wait(), Waiter::Outcome::Done);
    EXPECT_EQ(small.wait(), Waiter::Outcome::Done);
    EXPECT_EQ(receive(ask(2)), 40);
    EXPECT(!large.is_linked());
    EXPECT_EQ(large.wait(), Waiter::Outcome::Done);
}

TEST_CASE(QueueFixture, removal_and_change_wake_every_waiter)
{
    Receiver receivers[3] { { ask(1), 0 }, { ask(-5), 10 }, { ask(3, true), 100 } };
    Sender senders[3] { Sender { 1, 0 }, Sender { 1, 50 }, Sender { 1, 1000 } };
    for (const bool is_removal : { false, true }) {
        for (Receiver& receiver : receivers)
            queue.receivers.join(receiver);
        WakeList wakes;
        queue.release_receivers(is_removal ? Answer::Removed : Answer::TryAgain, wakes);
        EXPECT(queue.receivers.is_empty());
        for (const Receiver& receiver : receivers)
            EXPECT_EQ(receiver.answer, is_removal ? Answer::Removed : Answer::TryAgain);
        if (!is_removal)
            continue;
        for (Sender& sender : senders)
            queue.senders.push_back(sender);
        queue.release_all_senders(wakes);
        EXPECT(queue.senders.is_empty());
        for (const Sender& sender : senders)
            EXPECT_EQ(sender.answer, Sender::Answer::Removed);
    }
}

TEST_CASE(QueueFixture, a_queue_agrees_with_its_counts_over_random_traffic)
{
    constexpr u32 kWaiters = 8;
    Random random { 9 };
    u64 messages = 0;
    u64 bytes = 0;
    u64 delivered = 0;
    for (u32 round = 0; round < 2'000; ++round) {
        /* One after the other waits: some get a message, some E2BIG, and the rest leave. */
        for (u32 i = 0; i < kWaiters; ++i) {
            Receiver receiver { ask(i64 { random.below(9) } - 4, random.one_in(2)),
                                random.below(20) };
            queue.receivers.join(receiver);
            const i64 type = i64 { random.below(5) } + 1;
            const usize size = random.below(25);
            const bool is_wanted = receiver.selector.accepts(type);
            if (queue.has_room(size)) {
                send(type, size);
                const bool is_taken = is_wanted && size <= receiver.capacity;
                const Answer expected = !is_wanted ? Answer::TryAgain
                    : is_taken                     ? Answer::Delivered
                                                   : Answer::TooBig;
                EXPECT_EQ(receiver.answer, expected);
                EXPECT_EQ(receiver.is_linked(), !is_wanted);
                delivered += is_taken;
                messages += !is_taken;
                bytes += is_taken ? 0 : size;
            }
            if (receiver.is_linked())
                queue.receivers.leave(receiver);
        }
        if (const i64 size = receive(ask(i64 { random.below(9) } - 4)); size >= 0) {
            --messages;
            bytes -= static_cast<u64>(size);
        }
        expect_contents(messages, bytes);
        if (queue.messages != messages || queue.bytes != bytes)
            return;
    }
    EXPECT(delivered > 0);
}

TEST_CASE(NamespaceFixture, a_retired_queue_frees_all_its_messages)
{
    ns().open();
    MessageUsage& usage = ns().message_usage();
    {
        const Ref<MsgQueue> queue =
            REQUIRE(MsgQueue::create(kPrivateKey, Mode::from_flags(0600), 100'000));
        u64 bytes = 0;
        for (usize size = 0; size < 10'000; size += 997) {
            Box<Message> message = REQUIRE(StoreInspector::make(1, size));
            WakeList wakes;
            auto state = queue->lock();
            state->accept(move(message), usage, wakes);
            bytes += size;
        }
        EXPECT_EQ(usage.bytes.sum(), bytes);
        EXPECT_EQ(usage.messages.sum(), 11);
        queue->retire(usage);
        EXPECT_EQ(usage.bytes.sum(), 0);
        EXPECT_EQ(usage.messages.sum(), 0);
    }
    wait_for_rcu_memory();
}

namespace {

/* Errors: EINVAL. */
Result<Ref<MsgQueue>> hold(IpcNamespace& ns, IpcId id) noexcept
{
    const RcuGuard guard;
    MsgQueue* queue = MsgQueue::find(ns, id);
    if (!queue)
        return Errno::EINVAL;
    return Ref<MsgQueue>::try_get(*queue);
}

} // namespace

TEST_CASE(NamespaceFixture, a_held_queue_outlives_its_removal_and_is_marked_removed)
{
    ns().open();
    IdTable& table = ns().table(Kind::Messages);
    Ref<MsgQueue> created = REQUIRE(MsgQueue::create(Key { 5 }, Mode::from_flags(0600), 100));
    const IpcId id = REQUIRE(table.publish(created, 10));
    {
        const Ref<MsgQueue> held = REQUIRE(hold(ns(), id));
        {
            auto state = held->lock();
            const Ref<MsgQueue> gone = table.withdraw(*held, state);
        }
        EXPECT_ERR(hold(ns(), id), Errno::EINVAL);
        wait_for_rcu_memory();
        EXPECT(held->is_removed());
        EXPECT_EQ(held->key(), 5);
    }
    wait_for_rcu_memory();
}

} // namespace sysvipc
