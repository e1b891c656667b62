// SPDX-License-Identifier: GPL-2.0
/* Scenarios of message queues: handing over, removal, time-outs, changed limits. */
#include "scenario.hpp"

#include <msg/msg_queue.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct Letter {
    i64 type;
    char text[16];
};

struct MsgScenario : ScenarioFixture {
    explicit MsgScenario(kapi_kunit* test) noexcept : ScenarioFixture(test)
    {
        if (Result<IpcId> made = msgget(ns(), kPrivateKey, abi::IPC_CREAT | 0600); made.ok())
            queue = made.take();
    }
    ~MsgScenario() { static_cast<void>(remove()); }

    [[nodiscard]] Errno send(i64 type, usize size, u32 flags = 0) noexcept
    {
        Letter letter { type, "fifteen letters" };
        return msgsnd(ns(), queue, address_of(&letter), size, flags).error();
    }
    /* The number of bytes, or -errno. */
    [[nodiscard]] i64 receive(i64 type, u32 flags = 0, usize room = sizeof(Letter::text)) noexcept
    {
        Letter letter {};
        Result<usize> got = msgrcv(ns(), queue, address_of(&letter), room, type, flags);
        return got.ok() ? static_cast<i64>(got.take()) : -static_cast<i64>(got.error());
    }
    [[nodiscard]] Errno control(i32 command, UserAddress buffer = UserAddress { 0 }) noexcept
    {
        return msgctl(ns(), queue, command, buffer).error();
    }
    [[nodiscard]] Errno remove() noexcept { return control(KAPI_IPC_RMID); }
    [[nodiscard]] Errno set_limit(u64 bytes) noexcept
    {
        abi::MsgQueueStat stat {};
        if (const Errno error = control(KAPI_IPC_STAT, address_of(&stat)); error != Errno {})
            return error;
        stat.qbytes = bytes;
        return control(KAPI_IPC_SET, address_of(&stat));
    }

    static constexpr Errno kDone {};
    IpcId queue;
};

constexpr i64 kIdrm = -static_cast<i64>(Errno::EIDRM);
constexpr i64 kInval = -static_cast<i64>(Errno::EINVAL);
constexpr i64 kIntr = -static_cast<i64>(Errno::EINTR);

} // namespace

TEST_CASE(MsgScenario, a_message_handed_over)
{
    i64 got[2] {};
    Errno sent[2] {};
    {
        Thread receiver { 0, [&] {
                             got[0] = receive(0);
                             got[1] = receive(0);
                         } };
        Thread first { 0, [&] { sent[0] = send(1, 3); } };
        Thread second { 0, [&] { sent[1] = send(2, 5); } };
        explore(receiver, first, second);
    }
    EXPECT_EQ(sent[0], kDone);
    EXPECT_EQ(sent[1], kDone);
    EXPECT_EQ(got[0] + got[1], 8);
}

TEST_CASE(MsgScenario, a_message_too_big_for_the_waiting_receiver)
{
    i64 got = 0;
    Errno sent {};
    {
        Thread receiver { 0, [&] { got = receive(0, 0, 4); } };
        Thread sender { 0, [&] { sent = send(1, 5); } };
        explore(receiver, sender);
    }
    EXPECT_EQ(sent, kDone);
    EXPECT_EQ(got, -static_cast<i64>(Errno::E2BIG));
    EXPECT_EQ(receive(0), 5);
}

TEST_CASE(MsgScenario, a_message_and_the_removal_of_its_queue)
{
    i64 got = 0;
    Errno sent {};
    Errno removed {};
    {
        Thread receiver { 0, [&] { got = receive(0); } };
        Thread sender { 0, [&] { sent = send(1, 3); } };
        Thread remover { 0, [&] { removed = remove(); } };
        explore(receiver, sender, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(got == 3 || got == kIdrm || got == kInval);
    EXPECT(sent == kDone || sent == Errno::EIDRM || sent == Errno::EINVAL);
    EXPECT(got != 3 || sent == kDone);
}

TEST_CASE(MsgScenario, a_receiver_with_a_time_out_by_signal)
{
    i64 got = 0;
    Errno sent {};
    {
        Thread receiver { 0, [&] {
                             const SignalsAllowed signals;
                             got = receive(0);
                         } };
        Thread sender { 0, [&] {
                           receiver.signal();
                           sent = send(1, 3);
                       } };
        explore(sender, receiver); /* the signalled task is joined last */
    }
    EXPECT_EQ(sent, kDone);
    EXPECT(got == 3 || got == kIntr || got < kIntr);
    /* A message that was not received is still queued. */
    EXPECT_EQ(receive(0, abi::IPC_NOWAIT) == 3, got != 3);
}

/* A killed receiver has received a message that was handed to it; otherwise others can receive it. */
TEST_CASE(MsgScenario, a_killed_receiver_and_a_sender)
{
    i64 got = 0;
    i64 got_by_other = 0;
    Errno sent {};
    {
        Thread receiver { 0, [&] {
                             const SignalsAllowed signals;
                             got = receive(0);
                             exit_task();
                         } };
        Thread sender { 0, [&] { sent = send(1, 3); } };
        Thread killer { 0, [&] { receiver.signal(); } };
        explore(killer, sender, receiver); /* the signalled task is joined last */
    }
    got_by_other = receive(0, abi::IPC_NOWAIT);
    EXPECT_EQ(sent, kDone);
    EXPECT(got == 3 || got < 0);
    EXPECT_EQ(got_by_other == 3, got != 3);
}

/* The next sender gets the room that a killed sender was woken for. */
TEST_CASE(MsgScenario, a_killed_sender_and_room_in_the_queue)
{
    Errno sent {};
    Errno sent_too {};
    i64 got = 0;
    EXPECT_EQ(set_limit(4), kDone);
    EXPECT_EQ(send(1, 4), kDone);
    {
        Thread sender { 0, [&] {
                           const SignalsAllowed signals;
                           sent = send(2, 4);
                       } };
        Thread receiver { 0, [&] {
                             got = receive(1);
                             sender.signal();
                         } };
        explore(receiver, sender); /* the signalled task is joined last */
    }
    EXPECT_EQ(got, 4);
    if (sent == kDone)
        EXPECT_EQ(receive(2, abi::IPC_NOWAIT), 4);
    sent_too = send(3, 4, abi::IPC_NOWAIT);
    EXPECT_EQ(sent_too, kDone);
}

/* A sender that waits for room gets it, whether by a receiver or by a raised limit. */
TEST_CASE(MsgScenario, a_full_queue_and_ipc_set)
{
    Errno sent {};
    Errno changed {};
    i64 got = 0;
    EXPECT_EQ(set_limit(4), kDone);
    EXPECT_EQ(send(1, 4), kDone);
    {
        Thread sender { 0, [&] { sent = send(2, 3); } };
        Thread changer { 0, [&] { changed = set_limit(16); } };
        Thread receiver { 0, [&] { got = receive(1); } };
        explore(sender, changer, receiver);
    }
    EXPECT_EQ(sent, kDone);
    EXPECT_EQ(changed, kDone);
    EXPECT_EQ(got, 4);
    EXPECT_EQ(receive(2, abi::IPC_NOWAIT), 3);
}

/* IPC_SET may take a receiver's permission: it checks again, and continues to wait. */
TEST_CASE(MsgScenario, a_waiting_receiver_and_ipc_set)
{
    i64 got = 0;
    Errno changed {};
    Errno sent {};
    {
        Thread receiver { 0, [&] { got = receive(0); } };
        Thread changer { 0, [&] {
                            changed = set_limit(100);
                            sent = send(1, 3);
                        } };
        explore(receiver, changer);
    }
    EXPECT_EQ(changed, kDone);
    EXPECT_EQ(sent, kDone);
    EXPECT_EQ(got, 3);
}

/* A sender without enough room continues to wait. */
TEST_CASE(MsgScenario, a_waiting_sender_and_too_little_room)
{
    Errno sent {};
    Errno changed[2] {};
    EXPECT_EQ(set_limit(4), kDone);
    EXPECT_EQ(send(1, 4), kDone);
    {
        Thread sender { 0, [&] { sent = send(2, 3); } };
        Thread changer { 0, [&] {
                            changed[0] = set_limit(6);
                            changed[1] = set_limit(7);
                        } };
        explore(sender, changer);
    }
    EXPECT_EQ(changed[0], kDone);
    EXPECT_EQ(changed[1], kDone);
    EXPECT_EQ(sent, kDone);
    EXPECT_EQ(receive(2, abi::IPC_NOWAIT), 3);
}

/* Each command is done before the removal, or finds the queue removed. */
TEST_CASE(MsgScenario, commands_and_the_removal_of_their_queue)
{
    constexpr u32 kCommands = 5;
    i64 results[kCommands] {};
    Errno removed {};
    {
        Thread commander { 0, [&] {
                              abi::MsgQueueStat stat {};
                              results[0] =
                                  answer_of(msgctl(ns(), queue, KAPI_IPC_STAT, address_of(&stat)));
                              results[1] =
                                  answer_of(msgctl(ns(), queue, KAPI_IPC_SET, address_of(&stat)));
                              results[2] = -static_cast<i64>(send(1, 3, abi::IPC_NOWAIT));
                              results[3] = receive(0, abi::IPC_NOWAIT | abi::MSG_COPY);
                              results[4] = receive(0, abi::IPC_NOWAIT);
                          } };
        Thread remover { 0, [&] { removed = remove(); } };
        explore(commander, remover);
    }
    EXPECT_EQ(removed, kDone);
    bool is_gone = false;
    for (const i64 result : results) {
        const bool is_done = result >= 0 || result == -static_cast<i64>(Errno::EAGAIN)
            || result == -static_cast<i64>(Errno::ENOMSG);
        EXPECT(is_done || result == kIdrm || result == kInval);
        EXPECT(!is_done || !is_gone);
        is_gone |= !is_done;
    }
}

TEST_CASE(MsgScenario, two_removals_of_a_queue)
{
    Errno removed[2] {};
    {
        Thread first { 0, [&] { removed[0] = remove(); } };
        Thread second { 0, [&] { removed[1] = remove(); } };
        explore(first, second);
    }
    EXPECT(removed[0] == kDone || removed[0] == Errno::EINVAL);
    EXPECT_EQ(removed[1], removed[0] == kDone ? Errno::EINVAL : kDone);
}

/* Another sender takes the room that it was woken for: it continues to wait. */
TEST_CASE(MsgScenario, a_waiting_sender_whose_room_is_taken)
{
    Errno sent {};
    Errno taken {};
    i64 got[2] {};
    EXPECT_EQ(set_limit(4), kDone);
    EXPECT_EQ(send(1, 4), kDone);
    {
        Thread sender { 0, [&] { sent = send(2, 4); } };
        Thread taker { 0, [&] {
                          got[0] = receive(1);
                          taken = send(3, 4, abi::IPC_NOWAIT);
                          if (taken == kDone)
                              got[1] = receive(3);
                      } };
        explore(sender, taker);
    }
    EXPECT_EQ(sent, kDone);
    EXPECT_EQ(got[0], 4);
    EXPECT(taken == Errno::EAGAIN || got[1] == 4);
    EXPECT_EQ(receive(2, abi::IPC_NOWAIT), 4);
}

TEST_CASE(MsgScenario, a_waiting_sender_and_the_removal_of_its_queue)
{
    Errno sent {};
    Errno removed {};
    EXPECT_EQ(set_limit(4), kDone);
    EXPECT_EQ(send(1, 4), kDone);
    {
        Thread sender { 0, [&] { sent = send(2, 4); } };
        Thread remover { 0, [&] { removed = remove(); } };
        explore(sender, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(sent == Errno::EIDRM || sent == Errno::EINVAL);
}

TEST_CASE(MsgScenario, a_waiting_sender_with_room_and_the_removal)
{
    Errno sent {};
    Errno removed {};
    EXPECT_EQ(set_limit(4), kDone);
    EXPECT_EQ(send(1, 4), kDone);
    {
        Thread sender { 0, [&] { sent = send(2, 4); } };
        Thread remover { 0, [&] {
                            static_cast<void>(receive(1));
                            removed = remove();
                        } };
        explore(sender, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(sent == kDone || sent == Errno::EIDRM || sent == Errno::EINVAL);
}

} // namespace sysvipc
