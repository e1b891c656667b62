// SPDX-License-Identifier: GPL-2.0
/*
 * msgctl(2): IPC_RMID, and the errors of all commands.
 * IPC_SET: test_msg_set.cpp.  Results of the reading commands: test_msg_info.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

namespace {

TEST(remove_ignores_its_buffer)
{
    const Queue queue;
    EXPECT_EQ(sysv::msgctl(queue.id(), IPC_RMID, kKernelAddress), Outcome::raw(0));
    EXPECT_ERR(sysv::msgctl(queue.id(), IPC_RMID, nullptr), EINVAL);
}

TEST(remove_takes_a_queue_with_messages)
{
    Queue queue;
    for (int i = 0; i < 10; ++i)
        REQUIRE_OK(queue.send(1 + i, pattern(1000)));
    EXPECT_OK(queue.remove());
}

TEST(removed_queues_leave_the_counts_of_all_queues)
{
    sysv::Info before {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &before));
    Queue queue;
    REQUIRE_OK(queue.send(1, pattern(1000)));
    REQUIRE_OK(queue.remove());
    sysv::Info after {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &after));
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(stat_writes_nothing_when_it_fails)
{
    const Queue queue { 0600 };
    (void)play(kAlice, [&] {
        std::array<unsigned char, sizeof(sysv::QueueStat)> bytes;
        bytes.fill(0xaa);
        EXPECT_ERR(sysv::msgctl(queue.id(), IPC_STAT, bytes.data()), EACCES);
        EXPECT_ERR(sysv::msgctl(INT_MAX, IPC_STAT, bytes.data()), EINVAL);
        EXPECT(std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0xaa; }));
        return Outcome::raw(0);
    });
}

TEST(stat_checks_the_queue_and_read_permission_before_it_writes)
{
    const Queue queue { 0600 };
    EXPECT_ERR(sysv::msgctl(INT_MAX, IPC_STAT, kNull), EINVAL);
    EXPECT_ERR(play(kAlice, [&] { return sysv::msgctl(queue.id(), IPC_STAT, kNull); }), EACCES);
    EXPECT_ERR(sysv::msgctl(queue.id(), IPC_STAT, kNull), EFAULT);
    EXPECT_ERR(sysv::msgctl(queue.id(), IPC_STAT, kKernelAddress), EFAULT);
}

TEST(reading_commands_need_the_whole_structure_writable)
{
    const Queue queue;
    const GuardedBuffer memory;
    std::byte* cut = memory.with_room_for(sizeof(sysv::QueueStat) - 1);
    for (const int command : { IPC_STAT, MSG_STAT, MSG_STAT_ANY })
        EXPECT_ERR(sysv::msgctl(queue.id(), command, cut), EFAULT);
    cut = memory.with_room_for(sizeof(sysv::Info) - 1);
    for (const int command : { IPC_INFO, MSG_INFO })
        EXPECT_ERR(sysv::msgctl(0, command, cut), EFAULT);
}

TEST(negative_ids_are_einval_for_every_command)
{
    for (const int command :
         { IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO, MSG_STAT, MSG_INFO, MSG_STAT_ANY, 99 })
        for (const int id : { -1, INT_MIN })
            EXPECT_ERR(sysv::msgctl(id, command, kNull), EINVAL);
}

TEST(unknown_commands_are_einval)
{
    const Queue queue;
    sysv::QueueStat buffer {};
    for (int command = 4; command < 256; ++command) {
        if (command == MSG_STAT || command == MSG_INFO || command == MSG_STAT_ANY)
            continue;
        EXPECT_ERR(sysv::msgctl(queue.id(), command, &buffer), EINVAL);
    }
    for (const int command : { INT_MAX, 0x10000, 0x10002 })
        EXPECT_ERR(sysv::msgctl(queue.id(), command, &buffer), EINVAL);
}

TEST(negative_commands_are_einval)
{
    const Queue queue;
    sysv::QueueStat buffer {};
    for (const int command : { -1, -2, INT_MIN, INT_MIN | IPC_STAT })
        EXPECT_ERR(sysv::msgctl(queue.id(), command, &buffer), EINVAL);
}

#ifdef __LP64__ // to the msgctl() of a 32-bit program it is no stranger
TEST(commands_with_the_old_version_bit_are_einval)
{
    const Queue queue;
    sysv::QueueStat buffer {};
    for (const int command : { IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO, MSG_STAT, MSG_INFO })
        EXPECT_ERR(sysv::msgctl(queue.id(), command | sysv::kIpc64, &buffer), EINVAL);
    EXPECT_OK(sysv::msgctl(queue.id(), IPC_STAT, &buffer));
}
#endif

} // namespace
