// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that IPC_SET wakes: what they find if the queue is removed before they run.  One CPU, on which nobody runs
 * until the test itself waits.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <csignal>

namespace {

constexpr Identity kStranger { 1000, 1000 };
constexpr unsigned kNobodysMode = 0;

void run_before_others()
{
    require_capability(CAP_SYS_NICE);
    pin_to_cpu(0);
    use_fifo_scheduling();
}

void handle_signals()
{
    struct sigaction action { };
    action.sa_handler = [](int) {};
    REQUIRE_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
}

void set_mode(const Queue& queue, unsigned mode)
{
    auto wanted = queue.stat();
    wanted.perm.mode = mode;
    REQUIRE_OK(queue.set(wanted));
}

TEST(a_receiver_without_permission_any_more_finds_the_removal)
{
    run_before_others();
    Queue queue { 0666 };
    Actor receiver { kStranger, [&] { return queue.receive(7, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    set_mode(queue, kNobodysMode);
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(receiver.join(), EIDRM);
}

TEST(a_receiver_without_permission_any_more_is_refused)
{
    Queue queue { 0666 };
    Actor receiver { kStranger, [&] { return queue.receive(7, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    set_mode(queue, kNobodysMode);
    EXPECT_ERR(receiver.join(), EACCES);
}

// A receiver that IPC_SET has woken, and that has a signal when it runs.
Actor receiver_with_a_signal(const Queue& queue)
{
    Actor receiver { [&] {
        handle_signals();
        return queue.receive(7, 0).outcome;
    } };
    receiver.wait_asleep_in_msgrcv();
    set_mode(queue, 0640);
    receiver.signal(SIGUSR1);
    return receiver;
}

TEST(a_receiver_with_a_signal_finds_the_removal)
{
    run_before_others();
    Queue queue;
    Actor receiver = receiver_with_a_signal(queue);
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(receiver.join(), EIDRM);
}

TEST(a_receiver_with_a_signal_is_interrupted)
{
    run_before_others();
    const Queue queue;
    EXPECT_ERR(receiver_with_a_signal(queue).join(), EINTR);
}

TEST(a_sender_without_permission_any_more_finds_the_removal)
{
    run_before_others();
    Queue queue { 0666 };
    queue.fill(64);
    Actor sender { kStranger, [&] { return queue.send(7, "text", 0); } };
    sender.wait_asleep_in_msgsnd();
    set_mode(queue, kNobodysMode);
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(sender.join(), EIDRM);
}

TEST(a_sender_with_a_signal_finds_the_removal)
{
    run_before_others();
    Queue queue;
    queue.fill(64);
    Actor sender { [&] {
        handle_signals();
        return queue.send(7, "text", 0);
    } };
    sender.wait_asleep_in_msgsnd();
    set_mode(queue, 0640);
    sender.signal(SIGUSR1);
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(sender.join(), EIDRM);
}

} // namespace
