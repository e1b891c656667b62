// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of 32-bit programs, by their original calls and by the separate ones.
 */
#include "compat/compat_check.hpp"
#include "lib/queue.hpp"

#include <climits>

namespace {

namespace original = sysv::original;

struct SmallMessage {
    long type;
    char text[16];
};

TEST(a_message_has_a_type_of_32_bits_and_then_its_text)
{
    const Queue queue;
    for (const long type : { 1l, 77l, 0x12345678l, LONG_MAX }) {
        SmallMessage message { type, "abcdefg" };
        EXPECT_OK(original::msgsnd(queue.id(), &message, 7, IPC_NOWAIT));
        Written<SmallMessage> received;
        EXPECT_EQ(sysv::msgrcv(queue.id(), received.place(), 7, 0, IPC_NOWAIT), Outcome::raw(7));
        EXPECT_EQ(received.value().type, type);
        EXPECT_EQ(std::string(received.value().text, 7), "abcdefg");
        EXPECT_EQ(static_cast<unsigned char>(received.value().text[7]), 0xaa);
    }
}

TEST(a_type_that_is_not_positive_in_32_bits_is_einval)
{
    const Queue queue;
    for (const long type : { 0l, -1l, LONG_MIN }) {
        const SmallMessage message { type, "text" };
        EXPECT_ERR(original::msgsnd(queue.id(), &message, 4, IPC_NOWAIT), EINVAL);
        EXPECT_ERR(sysv::msgsnd(queue.id(), &message, 4, IPC_NOWAIT), EINVAL);
    }
}

TEST(longer_messages_arrive_too)
{
    const Queue queue;
    for (const std::size_t size : { 0, 1, 4071, 4072, 4073, 8191, 8192 }) {
        std::string message(sizeof(long), '\0');
        const long type = 9;
        std::memcpy(message.data(), &type, sizeof(type));
        message += pattern(size);
        REQUIRE_OK(
            original::msgsnd(queue.id(), message.data(), static_cast<long>(size), IPC_NOWAIT));
        std::string received(message.size(), 'x');
        EXPECT_EQ(original::msgrcv(queue.id(), received.data(), 8192, 0, IPC_NOWAIT),
                  Outcome::raw(static_cast<long>(size)));
        EXPECT(received == message);
    }
}

TEST(msgsnd_checks_the_type_first_and_uses_32_bits_of_the_size)
{
    const Queue queue;
    const GuardedBuffer memory;
    EXPECT_ERR(original::msgsnd(-1, kNull, -1, 0), EFAULT);
    EXPECT_ERR(original::msgsnd(queue.id(), memory.with_room_for(3), 0, 0), EFAULT);
    SmallMessage message { 1, "text" };
    EXPECT_ERR(original::msgsnd(queue.id(), &message, -1, 0), EINVAL);
    EXPECT_ERR(original::msgsnd(queue.id(), &message, LONG_MIN, 0), EINVAL);
    auto* last = new (memory.with_room_for(sizeof(long) + 4)) long { 1 };
    EXPECT_ERR(original::msgsnd(queue.id(), last, 5, IPC_NOWAIT), EFAULT);
    EXPECT_OK(original::msgsnd(queue.id(), last, 4, IPC_NOWAIT));
    EXPECT_OK(queue.receive().outcome);
}

TEST(a_message_is_lost_when_its_type_cannot_be_written)
{
    const Queue queue;
    const GuardedBuffer memory;
    for (const std::size_t room : { sizeof(long) - 1, sizeof(long), sizeof(long) + 3 }) {
        REQUIRE_OK(queue.send(1, "text"));
        EXPECT_ERR(sysv::msgrcv(queue.id(), memory.with_room_for(room), 4, 0, IPC_NOWAIT), EFAULT);
        EXPECT_EQ(queue.stat().qnum, 0u);
    }
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_OK(sysv::msgrcv(queue.id(), memory.with_room_for(sizeof(long) + 4), 4, 0, IPC_NOWAIT));
}

TEST(msg_copy_works_in_32_bit_programs)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "first"));
    REQUIRE_OK(queue.send(2, "second"));
    Written<SmallMessage> copied;
    const auto outcome = original::msgrcv(queue.id(), copied.place(), 8, 1, MSG_COPY | IPC_NOWAIT);
    if (outcome.failed_with(ENOSYS))
        harness::skip("MSG_COPY needs CONFIG_CHECKPOINT_RESTORE");
    EXPECT_EQ(outcome, Outcome::raw(6));
    EXPECT_EQ(copied.value().type, 2);
    EXPECT_EQ(std::string(copied.value().text, 6), "second");
    EXPECT_EQ(queue.stat().qnum, 2u);
}

TEST(a_receiver_that_waits_is_handed_a_message)
{
    const Queue queue;
    Actor receiver { [&] {
        SmallMessage message {};
        const auto outcome = original::msgrcv(queue.id(), &message, 8, 0, 0);
        return outcome.ok() && message.type == 3 ? outcome : Outcome::failure(EBADMSG);
    } };
    receiver.wait_asleep_in(original::kMsgrcvNumber);
    REQUIRE_OK(queue.send(3, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
}

TEST(a_sender_that_waits_finds_room)
{
    const Queue queue;
    queue.fill();
    Actor sender { [&] {
        const SmallMessage message { 3, "text" };
        return original::msgsnd(queue.id(), &message, 4, 0);
    } };
    sender.wait_asleep_in(original::kMsgsndNumber);
    while (queue.receive().outcome.ok())
        ;
    EXPECT_OK(sender.join());
}

} // namespace
