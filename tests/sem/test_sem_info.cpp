// SPDX-License-Identifier: GPL-2.0
/*
 * The results of semctl(2): every byte of IPC_STAT, SEM_STAT and SEM_STAT_ANY, and of IPC_INFO and
 * SEM_INFO.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_sem.hpp"
#include "lib/same_bytes.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <sched.h>

namespace {

constexpr unsigned char kStale = 0xaa;

template <class T>
Outcome read_into_stale_memory(int id, int command, T& result)
{
    std::memset(&result, kStale, sizeof(result));
    return sysv::semctl(id, 0, command, &result);
}

int highest_index()
{
    int highest = 0;
    for (const auto& row : read_set_rows())
        highest = std::max(highest, sysv::index_of(row.id));
    return highest;
}

// The expected report of an unused set, except its time of change.
sysv::SetStat fresh_stat(const SemSet& set, unsigned nsems, unsigned mode)
{
    sysv::SetStat stat;
    std::memset(&stat, 0, sizeof(stat));
    stat.perm.mode = mode;
    stat.perm.seq = static_cast<std::uint16_t>(sysv::sequence_of(set.id()));
    stat.nsems = nsems;
    return stat;
}

TEST(stat_of_a_new_set_is_right_in_every_byte)
{
    const auto before = kernel_seconds();
    const SemSet set { 7, 0640 };
    const auto after = kernel_seconds();
    sysv::SetStat seen;
    EXPECT_EQ(read_into_stale_memory(set.id(), IPC_STAT, seen), Outcome::raw(0));
    EXPECT(seen.ctime >= before && seen.ctime <= after);
    auto expected = fresh_stat(set, 7, 0640);
    expected.ctime = seen.ctime;
    expect_same_bytes(seen, expected);
}

TEST(stat_of_a_used_set_is_right_in_every_byte)
{
    const auto started = kernel_seconds();
    const key_t key = unused_set_key();
    const SemSet set { 300, 0654, key };
    auto wanted = set.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 4005;
    REQUIRE_OK(set.set(wanted));
    REQUIRE_OK(set.operate({ up(299), up(3) }));
    for (const int command : { IPC_STAT, SEM_STAT, SEM_STAT_ANY }) {
        sysv::SetStat seen;
        const int id = command == IPC_STAT ? set.id() : sysv::index_of(set.id());
        EXPECT_EQ(read_into_stale_memory(id, command, seen),
                  Outcome::raw(command == IPC_STAT ? 0 : set.id()));
        auto expected = fresh_stat(set, 300, 0654);
        expected.perm.key = key;
        expected.perm.uid = 3005;
        expected.perm.gid = 4005;
        for (const auto time : { seen.otime, seen.ctime })
            EXPECT(time >= started && time <= kernel_seconds());
        expected.otime = seen.otime;
        expected.ctime = seen.ctime;
        expect_same_bytes(seen, expected);
    }
}

TEST(the_stat_commands_take_a_full_id_for_its_index)
{
    const SemSet set;
    for (const int command : { SEM_STAT, SEM_STAT_ANY }) {
        sysv::SetStat seen;
        EXPECT_EQ(read_into_stale_memory(set.id(), command, seen), Outcome::raw(set.id()));
        EXPECT_EQ(read_into_stale_memory(set.id() ^ (1 << sysv::kIndexBits), command, seen),
                  Outcome::raw(set.id()));
    }
}

TEST(stat_by_index_needs_read_permission_and_stat_any_does_not)
{
    const SemSet set { 1, 0600 };
    const int index = sysv::index_of(set.id());
    (void)play(kAlice, [&] {
        sysv::SetStat seen;
        EXPECT_ERR(read_into_stale_memory(set.id(), IPC_STAT, seen), EACCES);
        EXPECT_ERR(read_into_stale_memory(index, SEM_STAT, seen), EACCES);
        EXPECT_EQ(read_into_stale_memory(index, SEM_STAT_ANY, seen), Outcome::raw(set.id()));
        return Outcome::raw(0);
    });
}

TEST(all_sets_are_found_by_walking_the_indices)
{
    const std::vector<SemSet> sets(20);
    sysv::SemInfo info;
    const long highest = REQUIRE_OK(read_into_stale_memory(0, SEM_INFO, info));
    std::size_t found = 0;
    for (int index = 0; index <= highest; ++index) {
        sysv::SetStat seen;
        const auto outcome = read_into_stale_memory(index, SEM_STAT_ANY, seen);
        if (outcome.ok())
            found += static_cast<std::size_t>(std::ranges::count_if(
                sets, [&](const SemSet& set) { return outcome == Outcome::raw(set.id()); }));
        else
            EXPECT_ERR(outcome, EINVAL);
    }
    EXPECT_EQ(found, sets.size());
}

TEST(info_reports_the_limits)
{
    sysv::SemInfo info;
    REQUIRE_OK(read_into_stale_memory(0, IPC_INFO, info));
    const auto text = read_file("/proc/sys/kernel/sem");
    if (text) {
        sysv::SemInfo limits {};
        REQUIRE_EQ(std::sscanf(text->c_str(), "%d %d %d %d", &limits.semmsl, &limits.semmns,
                               &limits.semopm, &limits.semmni),
                   4);
        EXPECT_EQ(info.semmsl, limits.semmsl);
        EXPECT_EQ(info.semmns, limits.semmns);
        EXPECT_EQ(info.semopm, limits.semopm);
        EXPECT_EQ(info.semmni, limits.semmni);
    } else {
        EXPECT_EQ(info.semmsl, sysv::kDefaultSemmsl);
        EXPECT_EQ(info.semmns, sysv::kDefaultSemmns);
        EXPECT_EQ(info.semopm, sysv::kDefaultSemopm);
        EXPECT_EQ(info.semmni, sysv::kDefaultSemmni);
    }
}

TEST(info_reports_the_constants)
{
    sysv::SemInfo info;
    REQUIRE_OK(read_into_stale_memory(0, IPC_INFO, info));
    EXPECT_EQ(info.semmap, 1024000000);
    EXPECT_EQ(info.semmnu, 1024000000);
    EXPECT_EQ(info.semume, 500);
    EXPECT_EQ(info.semusz, 20);
    EXPECT_EQ(info.semvmx, 32767);
    EXPECT_EQ(info.semaem, 32767);
}

TEST(sem_info_counts_sets_and_semaphores)
{
    const auto before = sem_info(SEM_INFO);
    {
        const SemSet first { 7 };
        const SemSet second { 1000 };
        const auto now = sem_info(SEM_INFO);
        EXPECT_EQ(now.semusz, before.semusz + 2);
        EXPECT_EQ(now.semaem, before.semaem + 1007);
    }
    const auto after = sem_info(SEM_INFO);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(sem_info_is_otherwise_like_info)
{
    auto info = sem_info(IPC_INFO);
    const auto used = sem_info(SEM_INFO);
    info.semusz = used.semusz;
    info.semaem = used.semaem;
    EXPECT_EQ(std::memcmp(&info, &used, sizeof(info)), 0);
}

TEST(both_info_commands_return_the_highest_index)
{
    sysv::SemInfo info;
    const std::vector<SemSet> sets(20);
    for (const int command : { IPC_INFO, SEM_INFO })
        EXPECT_EQ(read_into_stale_memory(0, command, info), Outcome::raw(highest_index()));
}

TEST(both_info_commands_return_zero_without_sets)
{
    if (!read_set_rows().empty())
        harness::skip("other sets exist");
    sysv::SemInfo info;
    for (const int command : { IPC_INFO, SEM_INFO })
        EXPECT_EQ(read_into_stale_memory(0, command, info), Outcome::raw(0));
}

TEST(both_info_commands_ignore_the_id)
{
    sysv::SemInfo info;
    for (const int command : { IPC_INFO, SEM_INFO })
        EXPECT_OK(read_into_stale_memory(0x7fff'fff0, command, info));
}

TEST(both_info_commands_are_for_everybody)
{
    (void)play(kAlice, [] {
        sysv::SemInfo info;
        for (const int command : { IPC_INFO, SEM_INFO })
            EXPECT_OK(read_into_stale_memory(0, command, info));
        return Outcome::raw(0);
    });
}

TEST(both_info_commands_need_a_writable_buffer)
{
    for (const int command : { IPC_INFO, SEM_INFO })
        for (const void* buffer :
             { static_cast<const void*>(nullptr), static_cast<const void*>(kKernelAddress) })
            EXPECT_ERR(sysv::semctl(0, 0, command, buffer), EFAULT);
}

TEST(owners_are_reported_as_in_the_user_namespace_of_the_caller)
{
    const SemSet set { 1, 0644 };
    Actor elsewhere { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        const auto perm = set.stat().perm;
        EXPECT_EQ(perm.uid, 65534u);
        EXPECT_EQ(perm.gid, 65534u);
        EXPECT_EQ(perm.cuid, 65534u);
        EXPECT_EQ(perm.cgid, 65534u);
        return Outcome::raw(0);
    } };
    if (elsewhere.join().failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
}

} // namespace
