// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of 32-bit programs, by ipc(2) and by the separate calls.
 */
#include "compat/compat_check.hpp"
#include "lib/queue.hpp"

#include <climits>

namespace {

using sysv::ipc;
using sysv::IpcCall;

struct SmallMessage {
    long type;
    char text[16];
};

TEST(msgget_of_ipc_finds_and_makes_the_same_queues)
{
    const Queue queue { 0600, unused_key() };
    const int key = queue.stat().perm.key;
    EXPECT_EQ(ipc(IpcCall::Msgget, key), Outcome::raw(queue.id()));
    EXPECT_ERR(ipc(IpcCall::Msgget, key, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    const key_t other = unused_key();
    EXPECT_ERR(ipc(IpcCall::Msgget, other), ENOENT);
    const Queue made =
        Queue::adopt(static_cast<int>(REQUIRE_OK(ipc(IpcCall::Msgget, other, IPC_CREAT | 0640))));
    EXPECT_EQ(sysv::msgget(other, 0), Outcome::raw(made.id()));
    EXPECT_EQ(made.stat().perm.mode, 0640u);
}

TEST(calls_without_versions_ignore_the_version)
{
    const Queue queue;
    const SmallMessage message { 5, "text" };
    const auto versioned = [&](IpcCall call, auto... arguments) {
        return ipc(sysv::with_version(call, 0x8001), arguments...);
    };
    EXPECT_OK(versioned(IpcCall::Msgsnd, queue.id(), 4, IPC_NOWAIT, &message));
    EXPECT(queue.receive().is(5, "text"));
    sysv::OldQueueStat stat;
    EXPECT_OK(versioned(IpcCall::Msgctl, queue.id(), IPC_STAT, 0, &stat));
    Queue made =
        Queue::adopt(static_cast<int>(REQUIRE_OK(versioned(IpcCall::Msgget, IPC_PRIVATE, 0600))));
    EXPECT_OK(made.remove());
}

TEST(a_message_has_a_type_of_32_bits_and_then_its_text)
{
    const Queue queue;
    for (const long type : { 1l, 77l, 0x12345678l, LONG_MAX }) {
        SmallMessage message { type, "abcdefg" };
        EXPECT_OK(ipc(IpcCall::Msgsnd, queue.id(), 7, IPC_NOWAIT, &message));
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
        EXPECT_ERR(ipc(IpcCall::Msgsnd, queue.id(), 4, IPC_NOWAIT, &message), EINVAL);
        EXPECT_ERR(sysv::msgsnd(queue.id(), &message, 4, IPC_NOWAIT), EINVAL);
    }
}

TEST(longer_messages_arrive_by_ipc_too)
{
    const Queue queue;
    for (const std::size_t size : { 0, 1, 4071, 4072, 4073, 8191, 8192 }) {
        std::string message(sizeof(long), '\0');
        const long type = 9;
        std::memcpy(message.data(), &type, sizeof(type));
        message += pattern(size);
        REQUIRE_OK(
            ipc(IpcCall::Msgsnd, queue.id(), static_cast<long>(size), IPC_NOWAIT, message.data()));
        std::string received(message.size(), 'x');
        EXPECT_EQ(ipc(sysv::with_version(IpcCall::Msgrcv, 1), queue.id(), 8192, IPC_NOWAIT,
                      received.data(), 0),
                  Outcome::raw(static_cast<long>(size)));
        EXPECT(received == message);
    }
}

TEST(msgsnd_checks_the_type_first_and_uses_32_bits_of_the_size)
{
    const Queue queue;
    const GuardedBuffer memory;
    EXPECT_ERR(ipc(IpcCall::Msgsnd, -1, -1, 0, kNull), EFAULT);
    EXPECT_ERR(ipc(IpcCall::Msgsnd, queue.id(), 0, 0, memory.with_room_for(3)), EFAULT);
    SmallMessage message { 1, "text" };
    EXPECT_ERR(ipc(IpcCall::Msgsnd, queue.id(), -1, 0, &message), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Msgsnd, queue.id(), LONG_MIN, 0, &message), EINVAL);
    auto* last = new (memory.with_room_for(sizeof(long) + 4)) long { 1 };
    EXPECT_ERR(ipc(IpcCall::Msgsnd, queue.id(), 5, IPC_NOWAIT, last), EFAULT);
    EXPECT_OK(ipc(IpcCall::Msgsnd, queue.id(), 4, IPC_NOWAIT, last));
    EXPECT_OK(queue.receive().outcome);
}

TEST(msgrcv_of_version_0_takes_buffer_and_type_from_memory)
{
    const Queue queue;
    for (const long type : { 5l, 7l, 6l })
        REQUIRE_OK(queue.send(type, "text"));
    const auto receive = [&](long type) {
        SmallMessage message {};
        sysv::ReceiveArguments arguments { &message, type };
        // The last argument is the type in other versions.
        REQUIRE_EQ(
            ipc(IpcCall::Msgrcv, queue.id(), sizeof(message.text), IPC_NOWAIT, &arguments, 5),
            Outcome::raw(4));
        return message.type;
    };
    EXPECT_EQ(receive(7), 7);
    EXPECT_EQ(receive(-6), 5);
    EXPECT_EQ(receive(LONG_MIN), 6);
}

TEST(msgrcv_of_any_other_version_takes_them_as_arguments)
{
    const Queue queue;
    for (const unsigned version : { 1u, 2u, 0xffffu }) {
        const auto receive = [&](long type) {
            SmallMessage message {};
            REQUIRE_EQ(ipc(sysv::with_version(IpcCall::Msgrcv, version), queue.id(),
                           sizeof(message.text), IPC_NOWAIT, &message, type),
                       Outcome::raw(4));
            return message.type;
        };
        for (const long type : { 5l, 7l, 6l })
            REQUIRE_OK(queue.send(type, "text"));
        EXPECT_EQ(receive(7), 7);
        EXPECT_EQ(receive(-6), 5);
        EXPECT_EQ(receive(LONG_MIN), 6);
    }
}

TEST(msgrcv_of_version_0_errs_in_order)
{
    const Queue queue;
    const GuardedBuffer memory;
    EXPECT_ERR(ipc(IpcCall::Msgrcv, -1, 8, IPC_NOWAIT, kKernelAddress), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Msgrcv, queue.id(), -1, IPC_NOWAIT, kKernelAddress), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Msgrcv, queue.id(), 8, IPC_NOWAIT, kNull), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Msgrcv, INT_MAX, 8, IPC_NOWAIT, kKernelAddress), EFAULT);
    EXPECT_ERR(ipc(IpcCall::Msgrcv, INT_MAX, 8, IPC_NOWAIT, memory.with_room_for(7)), EFAULT);
    EXPECT_ERR(ipc(IpcCall::Msgrcv, INT_MAX, 8, IPC_NOWAIT, memory.with_room_for(8)), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Msgrcv, queue.id(), 8, IPC_NOWAIT, memory.with_room_for(8)), ENOMSG);
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
    const auto outcome = ipc(sysv::with_version(IpcCall::Msgrcv, 1), queue.id(), 8,
                             MSG_COPY | IPC_NOWAIT, copied.place(), 1);
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
        const auto outcome =
            ipc(sysv::with_version(IpcCall::Msgrcv, 1), queue.id(), 8, 0, &message, 0);
        return outcome.ok() && message.type == 3 ? outcome : Outcome::failure(EBADMSG);
    } };
    receiver.wait_asleep_in(SYS_ipc);
    REQUIRE_OK(queue.send(3, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
}

TEST(a_sender_that_waits_finds_room)
{
    const Queue queue;
    queue.fill();
    Actor sender { [&] {
        const SmallMessage message { 3, "text" };
        return ipc(IpcCall::Msgsnd, queue.id(), 4, 0, &message);
    } };
    sender.wait_asleep_in(SYS_ipc);
    while (queue.receive().outcome.ok())
        ;
    EXPECT_OK(sender.join());
}

} // namespace
