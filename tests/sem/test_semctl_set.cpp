// SPDX-License-Identifier: GPL-2.0
/*
 * semctl(2) with IPC_SET: its changes, its permission, and the order of its checks.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <climits>
#include <sched.h>

namespace {

constexpr uid_t kNobody = static_cast<uid_t>(-1);

bool unchanged(const sysv::SetStat& before, const SemSet& set)
{
    const auto after = set.stat();
    return std::memcmp(&before, &after, sizeof(after)) == 0;
}

TEST(set_changes_owner_and_mode_of_a_set)
{
    const SemSet set { 2 };
    auto wanted = set.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 4005;
    wanted.perm.mode = 0641;
    EXPECT_EQ(set.set(wanted), Outcome::raw(0));
    const auto perm = set.stat().perm;
    EXPECT_EQ(perm.uid, 3005u);
    EXPECT_EQ(perm.gid, 4005u);
    EXPECT_EQ(perm.mode, 0641u);
}

TEST(set_changes_nothing_else_of_a_set)
{
    const SemSet set { 2, 0600, unused_set_key() };
    REQUIRE_OK(set.operate({ up(1, 5) }));
    const auto before = set.stat();
    sysv::SetStat wanted;
    std::memset(&wanted, 0x5a, sizeof(wanted));
    wanted.perm.uid = before.perm.uid;
    wanted.perm.gid = before.perm.gid;
    wanted.perm.mode = before.perm.mode;
    REQUIRE_OK(set.set(wanted));
    auto after = set.stat();
    after.ctime = before.ctime;
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
    EXPECT_EQ(set.text(), "0 5");
}

TEST(set_takes_nine_bits_of_the_mode_of_a_set)
{
    const SemSet set;
    REQUIRE_OK(set.set_mode(0xffff'fe00 | 0421));
    EXPECT_EQ(set.stat().perm.mode, 0421u);
}

TEST(set_records_the_time_of_change_and_not_of_operation)
{
    const SemSet set;
    const auto created = set.stat().ctime;
    wait_for_second_after(created);
    REQUIRE_OK(set.set(set.stat()));
    EXPECT(set.stat().ctime > created);
    EXPECT_EQ(set.stat().otime, 0);
    EXPECT_EQ(set.last_pid(), 0);
}

TEST(set_reads_its_buffer_before_it_finds_the_set)
{
    const void* const nowhere = nullptr;
    const SemSet set;
    EXPECT_ERR(sysv::semctl(INT_MAX, 0, IPC_SET, nowhere), EFAULT);
    EXPECT_ERR(play(kAlice, [&] { return sysv::semctl(set.id(), 0, IPC_SET, nowhere); }), EFAULT);
    EXPECT_ERR(sysv::semctl(-1, 0, IPC_SET, nowhere), EINVAL);
}

#ifdef __LP64__ // a 32-bit program: test_compat_*.cpp
TEST(set_reads_the_whole_structure)
{
    const SemSet set;
    const GuardedBuffer memory;
    const auto stat = set.stat();
    std::byte* place = memory.with_room_for(sizeof(stat));
    std::memcpy(place, &stat, sizeof(stat));
    EXPECT_OK(sysv::semctl(set.id(), 0, IPC_SET, place));
    EXPECT_ERR(sysv::semctl(set.id(), 0, IPC_SET, memory.with_room_for(sizeof(stat) - 1)), EFAULT);
}
#endif

TEST(set_of_a_set_that_does_not_exist_is_einval)
{
    SemSet set;
    const auto stat = set.stat();
    const int id = set.id();
    REQUIRE_OK(set.remove());
    EXPECT_ERR(sysv::semctl(id, 0, IPC_SET, &stat), EINVAL);
    EXPECT_ERR(sysv::semctl(INT_MAX, 0, IPC_SET, &stat), EINVAL);
}

TEST(set_by_a_stranger_is_eperm_and_changes_nothing)
{
    const SemSet set { 1, 0666 };
    const auto before = set.stat();
    auto wanted = before;
    wanted.perm.mode = 0;
    EXPECT_ERR(play(kAlice, [&] { return set.set(wanted); }), EPERM);
    EXPECT(unchanged(before, set));
}

TEST(eperm_comes_before_einval_for_impossible_owners)
{
    const SemSet set { 1, 0666 };
    auto wanted = set.stat();
    wanted.perm.uid = kNobody;
    EXPECT_ERR(play(kAlice, [&] { return set.set(wanted); }), EPERM);
}

TEST(impossible_owners_are_einval_and_change_nothing)
{
    const SemSet set { 1, 0640 };
    const auto before = set.stat();
    auto wanted = before;
    wanted.perm.mode = 0;
    wanted.perm.uid = kNobody;
    EXPECT_ERR(set.set(wanted), EINVAL);
    wanted.perm.uid = before.perm.uid;
    wanted.perm.gid = kNobody;
    EXPECT_ERR(set.set(wanted), EINVAL);
    EXPECT(unchanged(before, set));
}

TEST(owner_and_creator_may_set)
{
    EXPECT_OK(play(kAlice, [] {
        const SemSet set { 1, 0000 };
        sysv::SetStat wanted {};
        wanted.perm.uid = kAlice.uid;
        wanted.perm.gid = kAlice.gid;
        REQUIRE_OK(set.set(wanted));
        wanted.perm.uid = kBob.uid;
        REQUIRE_OK(set.set(wanted));
        wanted.perm.mode = 0644;
        return set.set(wanted);
    }));
    const SemSet set;
    auto wanted = set.stat();
    wanted.perm.uid = kBob.uid;
    REQUIRE_OK(set.set(wanted));
    EXPECT_OK(play(kBob, [&] { return set.set(wanted); }));
}

TEST(set_that_takes_permission_away_counts_for_the_next_call)
{
    const SemSet set { 1, 0606 };
    EXPECT_OK(play(kAlice, [&] { return set.operate({ up() }); }));
    REQUIRE_OK(set.set_mode(0600));
    EXPECT_ERR(play(kAlice, [&] { return set.operate({ up() }); }), EACCES);
}

TEST(set_in_a_user_namespace_without_the_ids_is_einval)
{
    // root there is no owner, but the creator's effective user id is the same one.
    const SemSet set;
    const auto wanted = set.stat();
    Actor elsewhere { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        return set.set(wanted);
    } };
    const auto outcome = elsewhere.join();
    if (outcome.failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
    EXPECT_ERR(outcome, EINVAL);
}

} // namespace
