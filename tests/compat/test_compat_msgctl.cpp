// SPDX-License-Identifier: GPL-2.0
/*
 * msgctl() of 32-bit programs: msqid_ds in both versions.
 */
#include "compat/compat_check.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <linux/capability.h>

namespace {

Outcome msgctl_by(Way way, int id, int command, void* buffer = nullptr)
{
    if (way == Way::Direct)
        return sysv::msgctl(id, command, buffer);
    return sysv::original::msgctl(id, command_by(way, command), buffer);
}

sysv::OldQueueStat old_version(const sysv::QueueStat& stat)
{
    auto old = zeros<sysv::OldQueueStat>();
    old.perm = old_perm(stat.perm);
    old.stime = static_cast<std::int32_t>(stat.stime);
    old.rtime = static_cast<std::int32_t>(stat.rtime);
    old.ctime = static_cast<std::int32_t>(stat.ctime);
    old.cbytes = static_cast<std::uint16_t>(stat.cbytes);
    old.qnum = static_cast<std::uint16_t>(stat.qnum);
    old.qbytes = static_cast<std::uint16_t>(stat.qbytes);
    old.lspid = static_cast<std::uint16_t>(stat.lspid);
    old.lrpid = static_cast<std::uint16_t>(stat.lrpid);
    return old;
}

// The results of each *_STAT command for `queue`, by each calling convention.
void expect_stat_everywhere(const Queue& queue)
{
    const auto stat = queue.stat();
    const int index = sysv::index_of(queue.id());
    const auto expect = [&]<class T>(Way way, const T& expected) {
        Written<T> by_id, by_index, by_index_any;
        EXPECT_EQ(msgctl_by(way, queue.id(), IPC_STAT, by_id.place()), Outcome::raw(0));
        by_id.expect(expected);
        EXPECT_EQ(msgctl_by(way, index, MSG_STAT, by_index.place()), Outcome::raw(queue.id()));
        by_index.expect(expected);
        EXPECT_EQ(msgctl_by(way, index, MSG_STAT_ANY, by_index_any.place()),
                  Outcome::raw(queue.id()));
        by_index_any.expect(expected);
    };
    for (const Way way : kCurrentWays)
        expect(way, stat);
    expect(Way::Old, old_version(stat));
}

// A queue with a trace of everything.
Queue used_queue()
{
    Queue queue { 0652, unused_key() };
    REQUIRE_OK(queue.send(1, "gone"));
    REQUIRE_OK(queue.send(2, pattern(300)));
    REQUIRE_OK(queue.receive().outcome);
    auto wanted = queue.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 4005;
    REQUIRE_OK(queue.set(wanted));
    return queue;
}

TEST(stat_is_right_in_every_byte_of_both_versions)
{
    expect_stat_everywhere(Queue { 0640 });
    expect_stat_everywhere(used_queue());
}

TEST(ids_that_16_bits_do_not_hold_show_as_the_overflow_id)
{
    const Queue queue { 0600 };
    auto wanted = queue.stat();
    wanted.perm.uid = 70000;
    wanted.perm.gid = 65536;
    REQUIRE_OK(queue.set(wanted));
    expect_stat_everywhere(queue);
    wanted.perm.uid = 65535;
    wanted.perm.gid = 80000;
    REQUIRE_OK(queue.set(wanted));
    expect_stat_everywhere(queue);
}

TEST(the_overflow_ids_are_those_of_the_system)
{
    const LimitOverride uid { "overflowuid", 1234 };
    const LimitOverride gid { "overflowgid", 5678 };
    const Queue queue;
    auto wanted = queue.stat();
    wanted.perm.uid = 70000;
    wanted.perm.gid = 80000;
    REQUIRE_OK(queue.set(wanted));
    sysv::OldQueueStat stat {};
    REQUIRE_OK(msgctl_by(Way::Old, queue.id(), IPC_STAT, &stat));
    EXPECT_EQ(stat.perm.uid, 1234u);
    EXPECT_EQ(stat.perm.gid, 5678u);
}

TEST(the_older_version_cuts_numbers)
{
    require_capability(CAP_SYS_RESOURCE);
    const LimitOverride msgmax { "msgmax", 70000 };
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(0x12'3456));
    REQUIRE_OK(queue.send(1, pattern(65540)));
    expect_stat_everywhere(queue);
    sysv::OldQueueStat stat {};
    REQUIRE_OK(msgctl_by(Way::Old, queue.id(), IPC_STAT, &stat));
    EXPECT_EQ(stat.qbytes, 0x3456);
    EXPECT_EQ(stat.cbytes, 4);
}

TEST(times_beyond_32_bits_are_split_into_two_halves)
{
    const ClockOverride clock { kFarAway };
    const Queue queue = used_queue();
    for (const Way way : kCurrentWays) {
        sysv::QueueStat stat;
        REQUIRE_OK(msgctl_by(way, queue.id(), IPC_STAT, &stat));
        for (const auto time : { stat.stime, stat.rtime, stat.ctime })
            EXPECT(time >= kFarAway && time < kFarAway + 3600);
    }
    expect_stat_everywhere(queue);
}

// IPC_SET with these ids, this mode and limit, the way they look there.
template <class T>
Outcome set_by(Way way, const Queue& queue, T stat)
{
    stat.perm.uid = 1001;
    stat.perm.gid = 1002;
    stat.perm.mode = 0123;
    stat.qbytes = 777;
    return msgctl_by(way, queue.id(), IPC_SET, &stat);
}

TEST(set_takes_owner_mode_and_limit_of_either_version)
{
    for (const Way way : kEveryWay) {
        const Queue queue { 0600 };
        EXPECT_EQ(way == Way::Old ? set_by(way, queue, zeros<sysv::OldQueueStat>())
                                  : set_by(way, queue, zeros<sysv::QueueStat>()),
                  Outcome::raw(0));
        const auto stat = queue.stat();
        EXPECT_EQ(stat.perm.uid, 1001u);
        EXPECT_EQ(stat.perm.gid, 1002u);
        EXPECT_EQ(stat.perm.cuid, getuid());
        EXPECT_EQ(stat.perm.mode, 0123u);
        EXPECT_EQ(stat.qbytes, 777u);
    }
}

TEST(set_ignores_all_other_members)
{
    const Queue queue { 0600 };
    for (const Way way : kEveryWay) {
        unsigned char noise[sizeof(sysv::QueueStat)];
        std::memset(noise, 0x5f, sizeof(noise));
        if (way == Way::Old) {
            sysv::OldQueueStat stat;
            std::memcpy(&stat, noise, sizeof(stat));
            EXPECT_OK(set_by(way, queue, stat));
        } else {
            sysv::QueueStat stat;
            std::memcpy(&stat, noise, sizeof(stat));
            EXPECT_OK(set_by(way, queue, stat));
        }
        EXPECT_EQ(queue.stat().qbytes, 777u);
    }
}

TEST(the_highest_id_of_16_bits_is_an_id)
{
    const Queue queue;
    auto wanted = zeros<sysv::OldQueueStat>();
    wanted.perm.uid = 65535;
    wanted.perm.gid = 65535;
    REQUIRE_OK(msgctl_by(Way::Old, queue.id(), IPC_SET, &wanted));
    EXPECT_EQ(queue.stat().perm.uid, 65535u);
    EXPECT_EQ(queue.stat().perm.gid, 65535u);
    auto none = zeros<sysv::QueueStat>();
    none.perm.uid = ~0u;
    for (const Way way : kCurrentWays)
        EXPECT_ERR(msgctl_by(way, queue.id(), IPC_SET, &none), EINVAL);
}

TEST(set_reads_as_far_as_the_limit)
{
    const Queue queue;
    const GuardedBuffer memory;
    const auto expect_end = [&](Way way, std::size_t end) {
        EXPECT_OK(msgctl_by(way, queue.id(), IPC_SET, memory.with_room_for(end)));
        EXPECT_ERR(msgctl_by(way, queue.id(), IPC_SET, memory.with_room_for(end - 1)), EFAULT);
        EXPECT_ERR(msgctl_by(way, INT_MAX, IPC_SET, memory.with_room_for(end - 1)), EFAULT);
        EXPECT_ERR(msgctl_by(way, INT_MAX, IPC_SET, memory.with_room_for(end)), EINVAL);
        EXPECT_ERR(msgctl_by(way, -1, IPC_SET, kNull), EINVAL);
    };
    for (const Way way : kCurrentWays)
        expect_end(way, offsetof(sysv::QueueStat, qbytes) + sizeof(long));
    expect_end(Way::Old, offsetof(sysv::OldQueueStat, qbytes) + sizeof(short));
}

TEST(set_is_for_the_owner_in_either_version)
{
    const Queue queue { 0666 };
    auto current = queue.stat();
    auto old = old_version(current);
    for (const Way way : kEveryWay) {
        void* wanted = way == Way::Old ? static_cast<void*>(&old) : &current;
        EXPECT_ERR(play(kAlice, [&] { return msgctl_by(way, queue.id(), IPC_SET, wanted); }),
                   EPERM);
    }
}

TEST(stat_writes_a_whole_structure_or_fails)
{
    const Queue queue;
    const GuardedBuffer memory;
    const auto expect_size = [&](Way way, std::size_t size) {
        EXPECT_OK(msgctl_by(way, queue.id(), IPC_STAT, memory.with_room_for(size)));
        EXPECT_ERR(msgctl_by(way, queue.id(), IPC_STAT, memory.with_room_for(size - 1)), EFAULT);
    };
    for (const Way way : kCurrentWays)
        expect_size(way, sizeof(sysv::QueueStat));
    expect_size(Way::Old, sizeof(sysv::OldQueueStat));
}

TEST(both_kinds_of_info_are_the_same_in_both_versions)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    for (const int command : { IPC_INFO, MSG_INFO }) {
        auto expected = zeros<sysv::Info>();
        const auto index = sysv::msgctl(0, command, &expected);
        for (const Way way : kEveryWay) {
            Written<sysv::Info> info;
            EXPECT_EQ(msgctl_by(way, 0, command, info.place()), index);
            info.expect(expected);
            EXPECT_ERR(msgctl_by(way, 0, command, kNull), EFAULT);
        }
    }
}

TEST(queues_are_removed_in_either_version)
{
    for (const Way way : kEveryWay) {
        const auto id = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
        EXPECT_OK(msgctl_by(way, id, IPC_RMID));
        EXPECT_ERR(msgctl_by(way, id, IPC_RMID), EINVAL);
    }
}

TEST(unknown_commands_are_einval_in_either_version)
{
    const Queue queue;
    sysv::QueueStat buffer;
    for (const Way way : { Way::Current, Way::Old })
        for (const int command : { 4, 10, 14, 99, 0x200, 0x1000, -1, INT_MIN })
            EXPECT_ERR(msgctl_by(way, queue.id(), command, &buffer), EINVAL);
}

} // namespace
