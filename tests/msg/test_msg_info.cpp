// SPDX-License-Identifier: GPL-2.0
/*
 * The results of msgctl(2): every byte of IPC_STAT, MSG_STAT and MSG_STAT_ANY, and of IPC_INFO and
 * MSG_INFO.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/same_bytes.hpp"

#include <algorithm>
#include <cstring>
#include <sched.h>
#include <sys/wait.h>

namespace {

constexpr unsigned char kStale = 0xaa;

template <class T>
Outcome read_into_stale_memory(int id, int command, T& result)
{
    std::memset(&result, kStale, sizeof(result));
    return sysv::msgctl(id, command, &result);
}

// A queue with every recorded event, and the expected report.
struct UsedQueue {
    UsedQueue()
    {
        auto wanted = queue.stat();
        wanted.perm.uid = 3005;
        wanted.perm.gid = 4005;
        wanted.qbytes = 12345;
        REQUIRE_OK(queue.set(wanted));
        Actor sender { [&] {
            REQUIRE_OK(queue.send(1, "gone"));
            REQUIRE_OK(queue.send(2, pattern(100)));
            return queue.send(3, pattern(23));
        } };
        sender_pid = sender.pid();
        REQUIRE_OK(sender.join());
        Actor receiver { [&] { return queue.receive().outcome; } };
        receiver_pid = receiver.pid();
        REQUIRE_OK(receiver.join());
    }

    // The times cannot be foreseen: they are taken from `seen`, and checked against the clock.
    sysv::QueueStat expected(const sysv::QueueStat& seen) const
    {
        sysv::QueueStat stat {};
        std::memset(&stat, 0, sizeof(stat));
        stat.perm.key = key;
        stat.perm.uid = 3005;
        stat.perm.gid = 4005;
        stat.perm.mode = 0654;
        stat.perm.seq = static_cast<std::uint16_t>(sysv::sequence_of(queue.id()));
        stat.cbytes = 123;
        stat.qnum = 2;
        stat.qbytes = 12345;
        stat.lspid = sender_pid;
        stat.lrpid = receiver_pid;
        const auto now = kernel_seconds();
        for (const auto time : { seen.stime, seen.rtime, seen.ctime })
            EXPECT(time >= started && time <= now);
        stat.stime = seen.stime;
        stat.rtime = seen.rtime;
        stat.ctime = seen.ctime;
        return stat;
    }

    std::int64_t started = kernel_seconds();
    key_t key = unused_key();
    Queue queue { 0654, key };
    pid_t sender_pid = 0;
    pid_t receiver_pid = 0;
};

int highest_index()
{
    int highest = 0;
    for (const auto& row : read_queue_rows())
        highest = std::max(highest, sysv::index_of(row.id));
    return highest;
}

TEST(stat_of_a_new_queue_is_right_in_every_byte)
{
    const auto before = kernel_seconds();
    const Queue queue { 0640 };
    const auto after = kernel_seconds();
    sysv::QueueStat seen;
    EXPECT_EQ(read_into_stale_memory(queue.id(), IPC_STAT, seen), Outcome::raw(0));
    EXPECT(seen.ctime >= before && seen.ctime <= after);

    sysv::Info info {};
    REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info));
    sysv::QueueStat expected;
    std::memset(&expected, 0, sizeof(expected));
    expected.perm.mode = 0640;
    expected.perm.seq = static_cast<std::uint16_t>(sysv::sequence_of(queue.id()));
    expected.qbytes = static_cast<std::uint64_t>(info.msgmnb);
    expected.ctime = seen.ctime;
    expect_same_bytes(seen, expected);
}

TEST(stat_of_a_used_queue_is_right_in_every_byte)
{
    const UsedQueue used;
    sysv::QueueStat seen;
    EXPECT_EQ(read_into_stale_memory(used.queue.id(), IPC_STAT, seen), Outcome::raw(0));
    expect_same_bytes(seen, used.expected(seen));
}

TEST(msg_stat_reports_the_same_bytes_and_returns_the_id)
{
    const UsedQueue used;
    sysv::QueueStat seen;
    const int index = sysv::index_of(used.queue.id());
    EXPECT_EQ(read_into_stale_memory(index, MSG_STAT, seen), Outcome::raw(used.queue.id()));
    expect_same_bytes(seen, used.expected(seen));
}

TEST(msg_stat_any_reports_the_same_bytes_and_returns_the_id)
{
    const UsedQueue used;
    sysv::QueueStat seen;
    const int index = sysv::index_of(used.queue.id());
    EXPECT_EQ(read_into_stale_memory(index, MSG_STAT_ANY, seen), Outcome::raw(used.queue.id()));
    expect_same_bytes(seen, used.expected(seen));
}

TEST(stat_by_index_ignores_the_sequence)
{
    const Queue queue;
    sysv::QueueStat seen;
    for (const int command : { MSG_STAT, MSG_STAT_ANY }) {
        EXPECT_EQ(sysv::msgctl(queue.id(), command, &seen), Outcome::raw(queue.id()));
        const int other_sequence = queue.id() ^ (5 << sysv::kIndexBits);
        EXPECT_EQ(sysv::msgctl(other_sequence, command, &seen), Outcome::raw(queue.id()));
    }
}

TEST(stat_by_an_unused_index_is_einval)
{
    sysv::QueueStat seen;
    for (const int command : { MSG_STAT, MSG_STAT_ANY }) {
        EXPECT_ERR(sysv::msgctl(highest_index() + 1, command, &seen), EINVAL);
        EXPECT_ERR(sysv::msgctl(32767, command, &seen), EINVAL);
    }
}

TEST(stat_by_index_reaches_every_queue_up_to_the_highest_index)
{
    const std::vector<Queue> queues(100);
    sysv::Info info {};
    const long highest = REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &info));
    std::vector<int> found;
    for (int index = 0; index <= highest; ++index) {
        sysv::QueueStat seen;
        const auto outcome = sysv::msgctl(index, MSG_STAT, &seen);
        if (outcome.ok())
            found.push_back(static_cast<int>(outcome.value()));
    }
    EXPECT_EQ(found.size(), static_cast<std::size_t>(info.msgpool));
    for (const auto& queue : queues)
        EXPECT(std::ranges::find(found, queue.id()) != found.end());
}

TEST(stat_needs_the_right_to_read_and_msg_stat_any_does_not)
{
    const Queue queue { 0602 };
    const int index = sysv::index_of(queue.id());
    (void)play(kAlice, [&] {
        sysv::QueueStat seen;
        EXPECT_ERR(sysv::msgctl(queue.id(), IPC_STAT, &seen), EACCES);
        EXPECT_ERR(sysv::msgctl(index, MSG_STAT, &seen), EACCES);
        EXPECT_EQ(sysv::msgctl(index, MSG_STAT_ANY, &seen), Outcome::raw(queue.id()));
        EXPECT_EQ(seen.perm.mode, 0602u);
        return Outcome::raw(0);
    });
}

TEST(ipc_info_is_right_in_every_byte)
{
    const Queue queue;
    sysv::Info seen;
    EXPECT_EQ(read_into_stale_memory(0, IPC_INFO, seen), Outcome::raw(highest_index()));

    sysv::Info expected {};
    expected.msgpool = 512000;
    expected.msgmap = 16384;
    expected.msgtql = 16384;
    expected.msgssz = 16;
    expected.msgseg = 65535;
    const auto limit = [](const char* path, std::size_t otherwise) {
        return static_cast<std::int32_t>(read_number(path).value_or(static_cast<long>(otherwise)));
    };
    expected.msgmax = limit("/proc/sys/kernel/msgmax", sysv::kDefaultMsgmax);
    expected.msgmnb = limit("/proc/sys/kernel/msgmnb", sysv::kDefaultMsgmnb);
    expected.msgmni = limit("/proc/sys/kernel/msgmni", sysv::kDefaultMsgmni);
    expect_same_bytes(seen, expected);
}

TEST(msg_info_counts_queues_messages_and_bytes)
{
    sysv::Info before {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &before));
    const Queue first;
    const Queue second;
    REQUIRE_OK(first.send(1, pattern(100)));
    REQUIRE_OK(first.send(1, ""));
    REQUIRE_OK(second.send(1, pattern(5000)));

    sysv::Info seen;
    EXPECT_EQ(read_into_stale_memory(0, MSG_INFO, seen), Outcome::raw(highest_index()));
    sysv::Info expected = before;
    expected.msgpool += 2;
    expected.msgmap += 3;
    expected.msgtql += 5100;
    expect_same_bytes(seen, expected);

    REQUIRE_OK(second.receive().outcome);
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &seen));
    EXPECT_EQ(seen.msgmap, before.msgmap + 2);
    EXPECT_EQ(seen.msgtql, before.msgtql + 100);
}

TEST(msg_info_counts_stay_right_whichever_cpu_sends_and_receives)
{
    const Queue queue;
    sysv::Info before {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &before));
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 50; ++i)
            REQUIRE_OK(queue.send(1, pattern(10)));
        Actor other { [&] {
            pin_to_cpu(round % 2 && sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 1 : 0);
            for (int i = 0; i < 50; ++i)
                REQUIRE_OK(queue.receive().outcome);
            return Outcome::raw(0);
        } };
        (void)other.join();
    }
    sysv::Info after {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &after));
    EXPECT_EQ(after.msgmap, before.msgmap);
    EXPECT_EQ(after.msgtql, before.msgtql);
}

TEST(msg_info_subtracts_truncated_bytes)
{
    const Queue queue;
    sysv::Info before {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &before));
    REQUIRE_OK(queue.send(1, pattern(100)));
    REQUIRE_OK(queue.receive(0, IPC_NOWAIT | MSG_NOERROR, 10).outcome);
    sysv::Info after {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &after));
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(info_takes_any_id_that_is_not_negative)
{
    sysv::Info info {};
    for (const int command : { IPC_INFO, MSG_INFO }) {
        EXPECT_OK(sysv::msgctl(0x7fffffff, command, &info));
        EXPECT_ERR(sysv::msgctl(-1, command, &info), EINVAL);
    }
}

TEST(info_is_for_everybody)
{
    const auto outcome = play(kBob, [] {
        sysv::Info info {};
        REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info));
        return sysv::msgctl(0, MSG_INFO, &info);
    });
    EXPECT_OK(outcome);
}

TEST(the_highest_index_follows_creation_and_removal)
{
    const int others = static_cast<int>(read_queue_rows().size());
    std::vector<Queue> queues(60);
    const auto reported = [] {
        sysv::Info info {};
        return static_cast<int>(REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info)));
    };
    while (!queues.empty()) {
        EXPECT_EQ(reported(), highest_index());
        const auto middle = queues.begin() + static_cast<long>(queues.size() / 2);
        REQUIRE_OK(middle->remove());
        std::swap(*middle, queues.back());
        queues.pop_back();
    }
    EXPECT_EQ(reported(), highest_index());
    if (others == 0)
        EXPECT_EQ(reported(), 0);
}

TEST(a_process_in_another_user_namespace_sees_unmapped_owners_as_nobody)
{
    const Queue queue { 0604 };
    Actor elsewhere { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        const auto perm = queue.stat().perm;
        EXPECT_EQ(perm.uid, 65534u);
        EXPECT_EQ(perm.gid, 65534u);
        EXPECT_EQ(perm.cuid, 65534u);
        EXPECT_EQ(perm.cgid, 65534u);
        return Outcome::raw(0);
    } };
    if (elsewhere.join().failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
}

TEST(a_process_in_another_pid_namespace_sees_pids_as_its_own_or_zero)
{
    const Queue queue { 0600 };
    REQUIRE_OK(queue.send(1, "from outside"));
    Actor parent_of_init { [&] {
        if (unshare(CLONE_NEWPID) != 0)
            return Outcome::failure(ENOSYS);
        Actor init { [&] {
            EXPECT_EQ(queue.stat().lspid, 0);
            REQUIRE_OK(queue.receive().outcome);
            EXPECT_EQ(queue.stat().lrpid, 1);
            return Outcome::raw(0);
        } };
        const pid_t seen_from_outside = init.pid();
        REQUIRE_OK(init.join());
        EXPECT_EQ(queue.stat().lrpid, seen_from_outside);
        return Outcome::raw(0);
    } };
    if (parent_of_init.join().failed_with(ENOSYS))
        harness::skip("pid namespaces cannot be created");
    EXPECT_EQ(queue.stat().lspid, getpid());
}

} // namespace
