// SPDX-License-Identifier: GPL-2.0
/*
 * Messages by ipc(2): its differences from the separate calls.
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

} // namespace
