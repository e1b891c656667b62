// SPDX-License-Identifier: GPL-2.0
/*
 * msgctl(2) with IPC_SET: its changes, its permission, and the order of its checks.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <cstring>
#include <sched.h>

namespace {

unsigned long default_qbytes()
{
    sysv::Info info {};
    REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info));
    return static_cast<unsigned long>(info.msgmnb);
}

// IPC_SET of the present state after `change`, by another process.
Outcome set_as(const Identity& who, const Queue& queue, void (*change)(sysv::QueueStat&))
{
    auto wanted = queue.stat();
    change(wanted);
    return play(who, [&] { return queue.set(wanted); });
}

bool unchanged(const sysv::QueueStat& before, const Queue& queue)
{
    const auto after = queue.stat();
    return std::memcmp(&before, &after, sizeof(after)) == 0;
}

TEST(set_changes_owner_mode_and_limit)
{
    const Queue queue;
    auto wanted = queue.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 4005;
    wanted.perm.mode = 0641;
    wanted.qbytes = 777;
    EXPECT_EQ(queue.set(wanted), Outcome::raw(0));
    const auto stat = queue.stat();
    EXPECT_EQ(stat.perm.uid, 3005u);
    EXPECT_EQ(stat.perm.gid, 4005u);
    EXPECT_EQ(stat.perm.mode, 0641u);
    EXPECT_EQ(stat.qbytes, 777u);
}

TEST(set_changes_nothing_else)
{
    const Queue queue { 0600, unused_key() };
    REQUIRE_OK(queue.send(1, "text"));
    const auto before = queue.stat();
    sysv::QueueStat wanted;
    std::memset(&wanted, 0x5a, sizeof(wanted));
    wanted.perm.uid = before.perm.uid;
    wanted.perm.gid = before.perm.gid;
    wanted.perm.mode = before.perm.mode;
    wanted.qbytes = before.qbytes;
    REQUIRE_OK(queue.set(wanted));
    auto after = queue.stat();
    after.ctime = before.ctime;
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(set_takes_nine_bits_of_the_mode)
{
    const Queue queue;
    REQUIRE_OK(queue.set_mode(0xffff'fe00 | 0421));
    EXPECT_EQ(queue.stat().perm.mode, 0421u);
}

TEST(set_records_the_time_of_the_change)
{
    const Queue queue;
    const auto created = queue.stat().ctime;
    wait_until([&] { return kernel_seconds() > created; });
    const auto before = kernel_seconds();
    REQUIRE_OK(queue.set_mode(0600));
    const auto after = kernel_seconds();
    const auto ctime = queue.stat().ctime;
    EXPECT(ctime >= before && ctime <= after);
}

TEST(set_keeps_the_queued_messages)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    REQUIRE_OK(queue.set_qbytes(1));
    EXPECT(queue.receive().is(1, "text"));
}

TEST(creator_ids_and_key_never_change)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    auto wanted = queue.stat();
    wanted.perm.cuid = wanted.perm.uid = 3005;
    wanted.perm.cgid = wanted.perm.gid = 4005;
    wanted.perm.key = key + 1;
    REQUIRE_OK(queue.set(wanted));
    const auto perm = queue.stat().perm;
    EXPECT_EQ(perm.cuid, 0u);
    EXPECT_EQ(perm.cgid, 0u);
    EXPECT_EQ(perm.key, key);
}

TEST(the_owner_may_set_and_remove)
{
    Queue queue;
    auto wanted = queue.stat();
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(queue.set(wanted));
    EXPECT_OK(set_as(kAlice, queue, [](auto& stat) { stat.perm.mode = 0; }));
    EXPECT_EQ(queue.stat().perm.mode, 0u);
    EXPECT_OK(play(kAlice, [&] { return sysv::msgctl(queue.id(), IPC_RMID, nullptr); }));
    EXPECT_ERR(queue.remove(), EINVAL);
}

TEST(the_creator_may_set_and_remove_after_giving_the_queue_away)
{
    const auto outcome = play(kAlice, [] {
        Queue queue { 0000 };
        sysv::QueueStat wanted {};
        wanted.perm.uid = kBob.uid;
        wanted.perm.gid = kBob.gid;
        wanted.qbytes = 100;
        REQUIRE_OK(queue.set(wanted));
        wanted.perm.mode = 0600;
        REQUIRE_OK(queue.set(wanted));
        EXPECT_EQ(queue.stat().perm.uid, kBob.uid);
        return queue.remove();
    });
    EXPECT_OK(outcome);
}

TEST(others_may_neither_set_nor_remove_whatever_the_mode)
{
    const Queue queue { 0777 };
    const auto before = queue.stat();
    EXPECT_ERR(set_as(kAlice, queue, [](auto&) {}), EPERM);
    EXPECT_ERR(play(kAlice, [&] { return sysv::msgctl(queue.id(), IPC_RMID, nullptr); }), EPERM);
    EXPECT(unchanged(before, queue));
}

TEST(members_of_the_group_may_neither_set_nor_remove)
{
    const Queue queue { 0777 };
    const Identity member { kAlice.uid, 0, { 0 } };
    EXPECT_ERR(set_as(member, queue, [](auto&) {}), EPERM);
    EXPECT_ERR(play(member, [&] { return sysv::msgctl(queue.id(), IPC_RMID, nullptr); }), EPERM);
}

TEST(set_and_remove_of_others_queues_need_cap_sys_admin)
{
    const auto made = play(kAlice, [] { return sysv::msgget(IPC_PRIVATE, 0600); });
    const auto queue = Queue::adopt(static_cast<int>(REQUIRE_OK(made)));
    const auto stat = queue.stat();
    const auto without = [&](int capability) {
        return Actor {
            [&, capability] {
                drop_capability(capability);
                return queue.set(stat);
            }
        }.join();
    };
    EXPECT_ERR(without(CAP_SYS_ADMIN), EPERM);
    EXPECT_OK(without(CAP_IPC_OWNER));
    Actor remover { [&] {
        drop_capability(CAP_SYS_ADMIN);
        return sysv::msgctl(queue.id(), IPC_RMID, nullptr);
    } };
    EXPECT_ERR(remover.join(), EPERM);
}

TEST(a_limit_above_msgmnb_takes_cap_sys_resource)
{
    require_capability(CAP_SYS_RESOURCE);
    const Queue queue;
    const auto limit = default_qbytes();
    Actor ordinary { [&] {
        drop_capability(CAP_SYS_RESOURCE);
        EXPECT_ERR(queue.set_qbytes(limit + 1), EPERM);
        return queue.set_qbytes(limit);
    } };
    EXPECT_OK(ordinary.join());
    EXPECT_EQ(queue.stat().qbytes, limit);
    EXPECT_OK(queue.set_qbytes(limit + 1));
    EXPECT_EQ(queue.stat().qbytes, limit + 1);
}

TEST(an_owner_may_lower_the_limit_and_raise_it_to_msgmnb_again)
{
    const auto outcome = play(kAlice, [] {
        const auto limit = default_qbytes();
        const Queue queue;
        EXPECT_OK(queue.set_qbytes(1));
        EXPECT_OK(queue.set_qbytes(limit));
        return queue.set_qbytes(limit + 1);
    });
    EXPECT_ERR(outcome, EPERM);
}

TEST(a_limit_raised_by_root_cannot_be_kept_by_the_owner)
{
    require_capability(CAP_SYS_RESOURCE);
    const Queue queue;
    auto wanted = queue.stat();
    wanted.perm.uid = kAlice.uid;
    wanted.qbytes = default_qbytes() + 5;
    REQUIRE_OK(queue.set(wanted));
    EXPECT_ERR(set_as(kAlice, queue, [](auto& stat) { stat.perm.mode = 0; }), EPERM);
}

TEST(the_limit_passes_through_an_int)
{
    require_capability(CAP_SYS_RESOURCE);
    const Queue queue;
#ifdef __LP64__
    REQUIRE_OK(queue.set_qbytes(0x1'0000'0005ul));
    EXPECT_EQ(queue.stat().qbytes, 5u);
#endif
    REQUIRE_OK(queue.set_qbytes(0x7fff'ffff));
    EXPECT_EQ(queue.stat().qbytes, 0x7fff'fffful);
    REQUIRE_OK(queue.set_qbytes(0x8000'0000ul));
    EXPECT_EQ(queue.stat().qbytes, static_cast<unsigned long>(long { INT_MIN }));
    REQUIRE_OK(queue.set_qbytes(-1ul));
    EXPECT_EQ(queue.stat().qbytes, -1ul);
}

TEST(a_limit_that_is_negative_as_int_takes_cap_sys_resource)
{
    const auto outcome = play(kAlice, [] { return Queue {}.set_qbytes(0x8000'0000ul); });
    EXPECT_ERR(outcome, EPERM);
}

TEST(an_invalid_owner_or_group_is_einval_and_changes_nothing)
{
    const Queue queue;
    const auto before = queue.stat();
    auto wanted = before;
    wanted.perm.mode = 0;
    wanted.qbytes = 1;
    wanted.perm.uid = static_cast<uid_t>(-1);
    EXPECT_ERR(queue.set(wanted), EINVAL);
    wanted.perm.uid = 0;
    wanted.perm.gid = static_cast<gid_t>(-1);
    EXPECT_ERR(queue.set(wanted), EINVAL);
    EXPECT(unchanged(before, queue));
}

TEST(a_forbidden_limit_is_noticed_before_an_invalid_owner)
{
    const auto outcome = play(kAlice, [] {
        const Queue queue;
        auto wanted = queue.stat();
        wanted.qbytes += 1;
        wanted.perm.uid = static_cast<uid_t>(-1);
        return queue.set(wanted);
    });
    EXPECT_ERR(outcome, EPERM);
}

TEST(a_user_namespace_without_mappings_has_no_valid_owner)
{
    const Queue queue;
    const auto wanted = queue.stat();
    Actor elsewhere { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        return queue.set(wanted);
    } };
    const auto outcome = elsewhere.join();
    if (outcome.failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
    EXPECT_ERR(outcome, EINVAL);
}

TEST(set_reads_its_buffer_before_it_finds_the_queue)
{
    EXPECT_ERR(sysv::msgctl(INT_MAX, IPC_SET, kNull), EFAULT);
    sysv::QueueStat stat {};
    EXPECT_ERR(sysv::msgctl(INT_MAX, IPC_SET, &stat), EINVAL);
}

TEST(set_reads_its_buffer_before_it_checks_the_owner)
{
    const Queue queue;
    EXPECT_ERR(play(kAlice, [&] { return sysv::msgctl(queue.id(), IPC_SET, kNull); }), EFAULT);
}

#ifdef __LP64__ // a 32-bit program: test_compat_*.cpp
TEST(set_reads_the_whole_structure)
{
    const Queue queue;
    const auto stat = queue.stat();
    const GuardedBuffer memory;
    std::byte* whole = memory.with_room_for(sizeof(stat));
    std::memcpy(whole, &stat, sizeof(stat));
    EXPECT_OK(sysv::msgctl(queue.id(), IPC_SET, whole));
    std::byte* cut = memory.with_room_for(sizeof(stat) - 1);
    EXPECT_ERR(sysv::msgctl(queue.id(), IPC_SET, cut), EFAULT);
}
#endif

} // namespace
