// SPDX-License-Identifier: GPL-2.0
/*
 * Sleeping receivers: which is woken, with what result, and the state of the queue then.  Sleeping
 * senders: test_msg_senders.cpp.  Signals: test_msg_signal.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <climits>
#include <csignal>
#include <cstring>
#include <list>
#include <sys/mman.h>
#include <thread>

namespace {

// A receiver that sleeps by the time it is made.  Its outcome is the type of the message.
Actor sleeping_receiver(const Queue& queue, long type = 0, int flags = 0, std::size_t room = 8192)
{
    Actor actor { [&queue, type, flags, room] {
        const auto received = queue.receive(type, flags, room);
        return received.outcome.ok() ? Outcome::raw(received.type) : received.outcome;
    } };
    actor.wait_asleep_in_msgrcv();
    return actor;
}

// The same, but it checks the text, too.
Actor receiver_of(const Queue& queue, std::string text, long type = 0, int flags = 0)
{
    Actor actor { [&queue, text, type, flags] {
        const auto received = queue.receive(type, flags);
        EXPECT(received.text == text);
        return received.outcome;
    } };
    actor.wait_asleep_in_msgrcv();
    return actor;
}

TEST(a_receiver_sleeps_until_a_message_comes)
{
    const Queue queue;
    auto receiver = receiver_of(queue, "text");
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
}

TEST(a_message_handed_to_a_receiver_never_enters_the_queue)
{
    const Queue queue;
    auto receiver = sleeping_receiver(queue);
    const auto before = kernel_seconds();
    REQUIRE_OK(queue.send(1, "text"));
    const auto stat = queue.stat();
    const auto after = kernel_seconds();
    EXPECT_EQ(stat.qnum, 0u);
    EXPECT_EQ(stat.cbytes, 0u);
    EXPECT_EQ(stat.lspid, getpid());
    EXPECT_EQ(stat.lrpid, receiver.pid());
    EXPECT(stat.stime >= before && stat.stime <= after);
    EXPECT(stat.rtime >= before && stat.rtime <= after);
    EXPECT_EQ(receiver.join(), Outcome::raw(1));
}

TEST(a_receiving_thread_that_had_to_wait_is_recorded_by_its_own_id)
{
    const Queue queue;
    Shared<std::atomic<pid_t>> thread_id;
    Actor process { [&] {
        std::thread { [&] {
            *thread_id = gettid();
            EXPECT_OK(queue.receive(0, 0).outcome);
        } }.join();
        return Outcome::raw(0);
    } };
    wait_until([&] { return *thread_id != 0 && sleeping_call_of(*thread_id) == SYS_msgrcv; });
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_EQ(queue.stat().lrpid, thread_id->load());
    EXPECT(thread_id->load() != process.pid());
    EXPECT_OK(process.join());
}

TEST(receivers_are_served_in_the_order_they_came)
{
    const Queue queue;
    std::list<Actor> receivers;
    for (int i = 0; i < 8; ++i)
        receivers.push_back(sleeping_receiver(queue));
    for (long type = 1; type <= 8; ++type)
        REQUIRE_OK(queue.send(type, "text"));
    long expected = 0;
    for (auto& receiver : receivers)
        EXPECT_EQ(receiver.join(), Outcome::raw(++expected));
}

TEST(a_message_goes_to_the_first_receiver_whose_type_matches)
{
    const Queue queue;
    auto of_five = sleeping_receiver(queue, 5);
    auto up_to_three = sleeping_receiver(queue, -3);
    auto other_than_five = sleeping_receiver(queue, 5, MSG_EXCEPT);
    auto of_any = sleeping_receiver(queue);
    REQUIRE_OK(queue.send(3, "to up_to_three"));
    REQUIRE_OK(queue.send(4, "to other_than_five"));
    REQUIRE_OK(queue.send(6, "to of_any"));
    REQUIRE_OK(queue.send(5, "to of_five"));
    EXPECT_EQ(of_five.join(), Outcome::raw(5));
    EXPECT_EQ(up_to_three.join(), Outcome::raw(3));
    EXPECT_EQ(other_than_five.join(), Outcome::raw(4));
    EXPECT_EQ(of_any.join(), Outcome::raw(6));
}

TEST(a_message_that_no_receiver_wants_is_queued_and_wakes_nobody)
{
    const Queue queue;
    auto of_five = sleeping_receiver(queue, 5);
    auto up_to_three = sleeping_receiver(queue, -3);
    auto other_than_four = sleeping_receiver(queue, 4, MSG_EXCEPT);
    const long sleeps[] = { of_five.sleeps(), up_to_three.sleeps(), other_than_four.sleeps() };
    REQUIRE_OK(queue.send(4, "text"));
    EXPECT_EQ(queue.stat().qnum, 1u);
    EXPECT(queue.receive().is(4, "text"));
    EXPECT_EQ(of_five.sleeps(), sleeps[0]);
    EXPECT_EQ(up_to_three.sleeps(), sleeps[1]);
    EXPECT_EQ(other_than_four.sleeps(), sleeps[2]);
    REQUIRE_OK(queue.send(5, "text"));
    EXPECT_EQ(of_five.join(), Outcome::raw(5));
}

TEST(sleepers_with_extreme_types_get_matching_messages)
{
    const Queue queue;
    auto of_long_max = sleeping_receiver(queue, LONG_MAX);
    auto up_to_one = sleeping_receiver(queue, -1);
    auto of_long_min = sleeping_receiver(queue, LONG_MIN);
    REQUIRE_OK(queue.send(LONG_MAX - 1, "to of_long_min"));
    REQUIRE_OK(queue.send(LONG_MAX, "to of_long_max"));
    REQUIRE_OK(queue.send(1, "to up_to_one"));
    EXPECT_EQ(of_long_max.join(), Outcome::raw(LONG_MAX));
    EXPECT_EQ(up_to_one.join(), Outcome::raw(1));
    EXPECT_EQ(of_long_min.join(), Outcome::raw(LONG_MAX - 1));
}

TEST(a_sleeper_takes_except_with_type_zero_for_any)
{
    const Queue queue;
    auto receiver = sleeping_receiver(queue, 0, MSG_EXCEPT);
    REQUIRE_OK(queue.send(3, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(3));
}

TEST(fifty_receivers_of_fifty_types_each_get_their_own)
{
    const Queue queue;
    std::list<Actor> receivers;
    for (long type = 1; type <= 50; ++type)
        receivers.push_back(receiver_of(queue, "for " + std::to_string(type), type));
    for (long type = 50; type >= 1; --type)
        REQUIRE_OK(queue.send(type, "for " + std::to_string(type)));
    for (auto& receiver : receivers)
        EXPECT_OK(receiver.join());
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_sleeper_with_too_little_room_gets_e2big_and_the_next_one_the_message)
{
    const Queue queue;
    auto small = sleeping_receiver(queue, 0, 0, 3);
    auto large = sleeping_receiver(queue, 0, 0, 4);
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_EQ(queue.stat().lrpid, large.pid());
    EXPECT_ERR(small.join(), E2BIG);
    EXPECT_EQ(large.join(), Outcome::raw(7));
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_message_too_long_for_all_sleepers_is_queued)
{
    const Queue queue;
    auto first = sleeping_receiver(queue, 0, 0, 3);
    auto second = sleeping_receiver(queue, 0, 0, 0);
    REQUIRE_OK(queue.send(7, "text"));
    const auto stat = queue.stat();
    EXPECT_EQ(stat.qnum, 1u);
    EXPECT_EQ(stat.lrpid, 0);
    EXPECT_EQ(stat.rtime, 0);
    EXPECT_ERR(first.join(), E2BIG);
    EXPECT_ERR(second.join(), E2BIG);
    EXPECT(queue.receive().is(7, "text"));
}

TEST(a_sleeper_with_little_room_and_noerror_gets_the_beginning)
{
    const Queue queue;
    Actor receiver { [&] {
        EXPECT(queue.receive(0, MSG_NOERROR, 2).is(7, "te"));
        return Outcome::raw(0);
    } };
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_OK(receiver.join());
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_sleeper_with_an_unwritable_buffer_gets_efault_and_the_message_is_lost)
{
    const Queue queue;
    Actor receiver { [&] { return sysv::msgrcv(queue.id(), kNull, 100, 0, 0); } };
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_ERR(receiver.join(), EFAULT);
    EXPECT_EQ(queue.stat().qnum, 0u);
    EXPECT_EQ(queue.stat().lspid, getpid());
}

TEST(messages_of_no_bytes_wake_receivers_with_no_room)
{
    const Queue queue;
    auto receiver = sleeping_receiver(queue, 0, 0, 0);
    REQUIRE_OK(queue.send(7, ""));
    EXPECT_EQ(receiver.join(), Outcome::raw(7));
}

TEST(long_messages_are_handed_over_intact)
{
    const Queue queue;
    for (const std::size_t length : { 4047, 4048, 4049, 8136, 8137, 8192 }) {
        auto receiver = receiver_of(queue, pattern(length));
        REQUIRE_OK(queue.send(1, pattern(length)));
        EXPECT_EQ(receiver.join(), Outcome::raw(static_cast<long>(length)));
    }
}

TEST(removing_the_queue_wakes_all_receivers_with_eidrm)
{
    Queue queue;
    std::list<Actor> receivers;
    for (const long type : { 0l, 5l, -5l, LONG_MIN })
        receivers.push_back(sleeping_receiver(queue, type));
    receivers.push_back(sleeping_receiver(queue, 5, MSG_EXCEPT));
    REQUIRE_OK(queue.remove());
    for (auto& receiver : receivers)
        EXPECT_ERR(receiver.join(), EIDRM);
}

TEST(a_queue_removed_under_its_receivers_leaves_its_key_free)
{
    const key_t key = unused_key();
    Queue queue { 0600, key };
    auto receiver = sleeping_receiver(queue);
    REQUIRE_OK(queue.remove());
    const Queue successor { 0600, key };
    REQUIRE_OK(successor.send(1, "text"));
    EXPECT_ERR(receiver.join(), EIDRM);
    EXPECT_EQ(successor.stat().qnum, 1u);
}

TEST(set_that_takes_the_right_to_read_wakes_receivers_with_eacces)
{
    const Queue queue { 0604 };
    Actor receiver { kAlice, [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.set_mode(0600));
    EXPECT_ERR(receiver.join(), EACCES);
}

TEST(set_that_keeps_read_permission_lets_receivers_sleep_on)
{
    const Queue queue { 0604 };
    Actor receiver { kAlice, [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.set_mode(0644));
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
}

TEST(set_by_a_change_of_owner_takes_rights_from_sleepers)
{
    Queue queue { 0600 };
    auto wanted = queue.stat();
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(queue.set(wanted));
    Actor receiver { kAlice, [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    wanted.perm.uid = kBob.uid;
    REQUIRE_OK(queue.set(wanted));
    EXPECT_ERR(receiver.join(), EACCES);
}

TEST(set_that_fails_disturbs_nobody)
{
    const Queue queue { 0606 };
    auto receiver = sleeping_receiver(queue);
    const long sleeps = receiver.sleeps();
    auto wanted = queue.stat();
    wanted.perm.mode = 0;
    wanted.perm.uid = static_cast<uid_t>(-1);
    EXPECT_ERR(queue.set(wanted), EINVAL);
    EXPECT_ERR(play(kAlice, [&] { return queue.set(wanted); }), EPERM);
    EXPECT_EQ(receiver.sleeps(), sleeps);
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(1));
}

TEST(a_killed_receiver_leaves_its_message_to_the_next)
{
    const Queue queue;
    auto killed = sleeping_receiver(queue);
    auto next = sleeping_receiver(queue);
    killed.signal(SIGKILL);
    killed.join_killed(SIGKILL);
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_EQ(next.join(), Outcome::raw(7));
}

TEST(a_queue_whose_only_receiver_was_killed_keeps_messages)
{
    Queue queue;
    auto receiver = sleeping_receiver(queue);
    receiver.signal(SIGKILL);
    receiver.join_killed(SIGKILL);
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_EQ(queue.stat().lrpid, 0);
    EXPECT(queue.receive().is(7, "text"));
    EXPECT_OK(queue.remove());
}

TEST(a_receiver_that_finds_a_message_does_not_wait_behind_sleepers)
{
    const Queue queue;
    auto sleeper = sleeping_receiver(queue, 5);
    REQUIRE_OK(queue.send(4, "text"));
    EXPECT(queue.receive(0, 0).is(4, "text"));
    REQUIRE_OK(queue.send(5, "text"));
    EXPECT_EQ(sleeper.join(), Outcome::raw(5));
}

TEST(sleepers_on_one_queue_do_not_see_messages_of_another)
{
    const Queue first;
    const Queue second;
    auto of_first = sleeping_receiver(first);
    auto of_second = sleeping_receiver(second);
    REQUIRE_OK(second.send(2, "text"));
    EXPECT_EQ(of_second.join(), Outcome::raw(2));
    EXPECT_EQ(first.stat().lrpid, 0);
    REQUIRE_OK(first.send(1, "text"));
    EXPECT_EQ(of_first.join(), Outcome::raw(1));
}

} // namespace
