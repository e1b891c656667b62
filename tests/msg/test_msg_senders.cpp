// SPDX-License-Identifier: GPL-2.0
/*
 * Senders sleeping on a full queue: the events that wake them, the order and the result.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <cstring>
#include <list>

namespace {

Actor sleeping_sender(const Queue& queue, long type, std::size_t size)
{
    Actor actor { [&queue, type, size] { return queue.send(type, pattern(size), 0); } };
    actor.wait_asleep_in_msgsnd();
    return actor;
}

TEST(a_sender_sleeps_until_a_message_is_taken)
{
    const Queue queue;
    queue.fill(64);
    auto sender = sleeping_sender(queue, 7, 10);
    EXPECT_EQ(queue.stat().qnum, 1u);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_EQ(sender.join(), Outcome::raw(0));
    EXPECT(queue.receive().is(7, pattern(10)));
}

TEST(a_sleeping_sender_leaves_no_trace_before_it_succeeds)
{
    const Queue queue;
    queue.fill(64);
    const auto before = queue.stat();
    auto sender = sleeping_sender(queue, 7, 10);
    const auto during = queue.stat();
    EXPECT_EQ(std::memcmp(&before, &during, sizeof(before)), 0);
    REQUIRE_OK(queue.receive().outcome);
    const pid_t pid = sender.pid();
    EXPECT_OK(sender.join());
    EXPECT_EQ(queue.stat().lspid, pid);
    EXPECT_EQ(queue.stat().cbytes, 10u);
}

TEST(a_sender_of_no_bytes_sleeps_when_the_count_is_reached)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(2));
    REQUIRE_OK(queue.send(1, ""));
    REQUIRE_OK(queue.send(1, ""));
    auto sender = sleeping_sender(queue, 7, 0);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(sender.join());
    EXPECT_EQ(queue.stat().qnum, 2u);
}

TEST(a_sender_sleeps_on_while_the_room_is_too_small_for_its_message)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(100));
    REQUIRE_OK(queue.send(1, pattern(20)));
    REQUIRE_OK(queue.send(1, pattern(80)));
    auto sender = sleeping_sender(queue, 7, 50);
    REQUIRE_OK(queue.receive().outcome);
    sender.wait_asleep_in_msgsnd();
    EXPECT_EQ(queue.stat().qnum, 1u);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(sender.join());
    EXPECT(queue.receive().is(7, pattern(50)));
}

TEST(a_short_message_passes_a_sleeping_sender_of_a_long_one)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(100));
    REQUIRE_OK(queue.send(1, pattern(80)));
    auto sender = sleeping_sender(queue, 7, 50);
    EXPECT_OK(queue.send(2, pattern(20)));
    EXPECT_EQ(queue.stat().cbytes, 100u);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(sender.join());
}

TEST(room_for_a_later_and_shorter_message_wakes_its_sender)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(100));
    REQUIRE_OK(queue.send(1, pattern(20)));
    REQUIRE_OK(queue.send(1, pattern(80)));
    auto long_sender = sleeping_sender(queue, 7, 50);
    auto short_sender = sleeping_sender(queue, 8, 15);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(short_sender.join());
    long_sender.wait_asleep_in_msgsnd();
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(long_sender.join());
    EXPECT(queue.receive().is(8, pattern(15)));
    EXPECT(queue.receive().is(7, pattern(50)));
}

TEST(room_for_all_wakes_all_senders)
{
    const Queue queue;
    queue.fill(80);
    std::list<Actor> senders;
    for (long type = 1; type <= 8; ++type)
        senders.push_back(sleeping_sender(queue, type, 10));
    REQUIRE_OK(queue.receive().outcome);
    for (auto& sender : senders)
        EXPECT_OK(sender.join());
    EXPECT_EQ(queue.stat().qnum, 8u);
    EXPECT_EQ(queue.stat().cbytes, 80u);
}

TEST(room_for_one_message_lets_exactly_one_sender_continue)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(10));
    REQUIRE_OK(queue.send(100, pattern(10)));
    std::list<Actor> senders;
    for (long type = 1; type <= 6; ++type)
        senders.push_back(sleeping_sender(queue, type, 10));
    std::vector<bool> seen(7);
    for (int i = 0; i < 7; ++i) {
        const auto received = queue.receive(0, 0);
        REQUIRE_OK(received.outcome);
        if (i > 0) {
            EXPECT(received.type <= 6 && !seen[static_cast<std::size_t>(received.type)]);
            seen[static_cast<std::size_t>(received.type)] = true;
        }
        EXPECT(queue.stat().qnum <= 1u);
    }
    for (auto& sender : senders)
        EXPECT_OK(sender.join());
}

TEST(senders_of_equal_messages_are_served_in_the_order_they_came)
{
    // Linux wakes all of them and the first to run wins.  On one CPU, under FIFO scheduling, that
    // is the first to be woken, so the order of the queue of senders can be seen.
    require_capability(CAP_SYS_NICE);
    const Queue queue;
    queue.fill(64);
    std::list<Actor> senders;
    for (long type = 1; type <= 6; ++type) {
        senders.emplace_back([&queue, type] {
            pin_to_cpu(0);
            use_fifo_scheduling();
            return queue.send(type, pattern(64), 0);
        });
        senders.back().wait_asleep_in_msgsnd();
    }
    Actor receiver { [&] {
        pin_to_cpu(0);
        REQUIRE_OK(queue.receive().outcome);
        for (long type = 1; type <= 6; ++type)
            EXPECT_EQ(queue.receive(0, 0).type, type);
        return Outcome::raw(0);
    } };
    EXPECT_OK(receiver.join());
    for (auto& sender : senders)
        EXPECT_OK(sender.join());
}

TEST(removing_the_queue_wakes_all_senders_with_eidrm)
{
    Queue queue;
    queue.fill(64);
    std::list<Actor> senders;
    for (long type = 1; type <= 5; ++type)
        senders.push_back(sleeping_sender(queue, type, 64));
    REQUIRE_OK(queue.remove());
    for (auto& sender : senders)
        EXPECT_ERR(sender.join(), EIDRM);
}

TEST(messages_of_senders_that_never_got_room_are_not_counted)
{
    sysv::Info before {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &before));
    Queue queue;
    queue.fill(64);
    auto sender = sleeping_sender(queue, 1, 64);
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(sender.join(), EIDRM);
    sysv::Info after {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &after));
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(removing_a_queue_wakes_senders_and_receivers_alike)
{
    Queue queue;
    queue.fill(64);
    auto sender = sleeping_sender(queue, 1, 64);
    Actor receiver { [&] { return queue.receive(99, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(sender.join(), EIDRM);
    EXPECT_ERR(receiver.join(), EIDRM);
}

TEST(a_higher_limit_wakes_senders)
{
    const Queue queue;
    queue.fill(64);
    auto sender = sleeping_sender(queue, 7, 10);
    REQUIRE_OK(queue.set_qbytes(74));
    EXPECT_OK(sender.join());
    EXPECT_EQ(queue.stat().cbytes, 74u);
}

TEST(a_limit_still_too_low_lets_senders_sleep_on)
{
    const Queue queue;
    queue.fill(64);
    auto sender = sleeping_sender(queue, 7, 10);
    REQUIRE_OK(queue.set_qbytes(73));
    sender.wait_asleep_in_msgsnd();
    EXPECT_EQ(queue.stat().qnum, 1u);
    REQUIRE_OK(queue.set_qbytes(74));
    EXPECT_OK(sender.join());
}

TEST(a_queue_of_no_bytes_is_opened_by_a_higher_limit)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(0));
    auto sender = sleeping_sender(queue, 7, 0);
    REQUIRE_OK(queue.set_qbytes(1));
    EXPECT_OK(sender.join());
}

TEST(a_sender_that_lost_its_right_gets_eacces_when_there_is_room)
{
    const Queue queue { 0606 };
    queue.fill(64);
    Actor sender { kAlice, [&] { return queue.send(1, "text", 0); } };
    sender.wait_asleep_in_msgsnd();
    auto wanted = queue.stat();
    wanted.perm.mode = 0600;
    wanted.qbytes = 1000;
    REQUIRE_OK(queue.set(wanted));
    EXPECT_ERR(sender.join(), EACCES);
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(a_sender_that_lost_its_right_sleeps_on_while_the_queue_is_full)
{
    const Queue queue { 0606 };
    queue.fill(64);
    Actor sender { kAlice, [&] { return queue.send(1, "text", 0); } };
    sender.wait_asleep_in_msgsnd();
    const long sleeps = sender.sleeps();
    REQUIRE_OK(queue.set_mode(0600));
    sender.wait_asleep_in_msgsnd();
    EXPECT_EQ(sender.sleeps(), sleeps);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_ERR(sender.join(), EACCES);
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_sender_sleeps_for_room_even_when_a_receiver_waits_for_its_message)
{
    const Queue queue;
    queue.fill(64);
    Actor receiver { [&] { return queue.receive(7, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    EXPECT_ERR(queue.send(7, "text"), EAGAIN);
    auto sender = sleeping_sender(queue, 7, 10);
    REQUIRE_OK(queue.receive(1).outcome);
    EXPECT_OK(sender.join());
    EXPECT_EQ(receiver.join(), Outcome::raw(10));
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_queue_of_no_bytes_passes_nothing_even_to_a_waiting_receiver)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(0));
    Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    EXPECT_ERR(queue.send(1, ""), EAGAIN);
    REQUIRE_OK(queue.set_qbytes(1));
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(1, "x"));
    EXPECT_EQ(receiver.join(), Outcome::raw(1));
}

TEST(truncating_a_message_gives_all_its_room_back)
{
    const Queue queue;
    queue.fill(64);
    auto sender = sleeping_sender(queue, 7, 64);
    REQUIRE_OK(queue.receive(0, IPC_NOWAIT | MSG_NOERROR, 1).outcome);
    EXPECT_OK(sender.join());
    EXPECT_EQ(queue.stat().cbytes, 64u);
}

TEST(a_killed_sender_sends_nothing_and_the_next_one_succeeds)
{
    const Queue queue;
    queue.fill(64);
    auto killed = sleeping_sender(queue, 7, 64);
    auto next = sleeping_sender(queue, 8, 64);
    killed.signal(SIGKILL);
    killed.join_killed(SIGKILL);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(next.join());
    EXPECT(queue.receive().is(8, pattern(64)));
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_killed_last_sender_leaves_a_usable_queue)
{
    Queue queue;
    queue.fill(64);
    auto killed = sleeping_sender(queue, 7, 64);
    killed.signal(SIGKILL);
    killed.join_killed(SIGKILL);
    EXPECT_OK(queue.receive().outcome);
    EXPECT_OK(queue.send(1, "text"));
    EXPECT(queue.receive().is(1, "text"));
    EXPECT_OK(queue.remove());
}

TEST(a_message_is_the_one_at_the_time_of_the_call_however_long_it_waited)
{
    struct Message {
        long type;
        char text[50];
    };
    const Shared<Message> message;
    message->type = 7;
    pattern(50).copy(message->text, 50);

    const Queue queue;
    queue.fill(64);
    Actor sender { [&] { return sysv::msgsnd(queue.id(), &*message, 50, 0); } };
    sender.wait_asleep_in_msgsnd();
    message->type = 8;
    std::memset(message->text, 'x', 50);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(sender.join());
    EXPECT(queue.receive().is(7, pattern(50)));
}

} // namespace
