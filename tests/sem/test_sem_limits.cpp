// SPDX-License-Identifier: GPL-2.0
/*
 * The limits on semaphores: SEMMNI, SEMMNS, SEMMSL and SEMOPM, as they are and as set by
 * /proc/sys/kernel/sem.  The table of sets is filled once, for all tests that need it full.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_sem.hpp"
#include "lib/sem_set.hpp"

#include <climits>
#include <optional>

namespace {

constexpr const char* kLimits = "sem";
constexpr const char* kFile = "/proc/sys/kernel/sem";

// The four limits with some of them changed, in the format of the file.
std::string limits_with(void (*change)(sysv::SemInfo&))
{
    auto info = sem_info(IPC_INFO);
    change(info);
    return std::to_string(info.semmsl) + ' ' + std::to_string(info.semmns) + ' '
        + std::to_string(info.semopm) + ' ' + std::to_string(info.semmni);
}

Outcome write_limits(std::string_view text)
{
    errno = 0;
    return write_file(kFile, text) ? Outcome::raw(0) : Outcome::failure(errno);
}

TEST(semmni_sets_can_exist_and_no_more)
{
    // Fewer where the limit can be lowered: thirty-two thousand sets take their time.
    const auto present = static_cast<int>(read_set_rows().size());
    std::optional<LimitOverride> lowered;
    if (read_file(kFile)) {
        const auto info = sem_info(IPC_INFO);
        lowered.emplace(kLimits,
                        std::to_string(info.semmsl) + ' ' + std::to_string(info.semmns) + ' '
                            + std::to_string(info.semopm) + ' ' + std::to_string(present + 5));
    }
    const int semmni = sem_info(IPC_INFO).semmni;
    const key_t key = unused_set_key();
    const int semaphores = sem_info(SEM_INFO).semaem;
    std::vector<SemSet> sets;
    sets.emplace_back(3, 0600, key);
    while (static_cast<int>(sets.size()) + present < semmni)
        sets.emplace_back();

    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), ENOSPC);
    EXPECT_ERR(sysv::semget(unused_set_key(), 1, IPC_CREAT | 0600), ENOSPC);
    // Calls that need no new set still work.
    EXPECT_EQ(sysv::semget(key, 1, 0600), Outcome::raw(sets.front().id()));
    EXPECT_EQ(sysv::semget(key, 3, IPC_CREAT | 0600), Outcome::raw(sets.front().id()));
    EXPECT_ERR(sysv::semget(key, 4, IPC_CREAT | 0600), EINVAL);
    EXPECT_ERR(sysv::semget(key, 1, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    EXPECT_ERR(sysv::semget(unused_set_key(), 1, 0600), ENOENT);
    // So do the errors of invalid requests.
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 0, 0600), EINVAL);
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, -1, 0600), EINVAL);
    EXPECT_ERR(play(kAlice, [] { return sysv::semget(IPC_PRIVATE, 1, 0600); }), ENOSPC);

    const auto used = sem_info(SEM_INFO);
    EXPECT_EQ(used.semusz, semmni);
    // Those that were refused count no longer, not even for a moment.
    EXPECT_EQ(used.semaem, semaphores + static_cast<int>(sets.size()) + 2);
    REQUIRE_OK(sets.back().remove());
    EXPECT_OK(SemSet {}.operate({ up() }));
}

TEST(semmns_semaphores_can_exist_in_all_sets_together)
{
    const int used = sem_info(SEM_INFO).semaem;
    const auto info = sem_info(IPC_INFO);
    const LimitOverride lowered { kLimits,
                                  std::to_string(info.semmsl) + ' ' + std::to_string(used + 10)
                                      + ' ' + std::to_string(info.semopm) + ' '
                                      + std::to_string(info.semmni) };
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 11, 0600), ENOSPC);
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 0, 0600), EINVAL);
    const SemSet first { 6 };
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 5, 0600), ENOSPC);
    const SemSet second { 4 };
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), ENOSPC);
    EXPECT_EQ(sem_info(SEM_INFO).semaem, used + 10);
}

TEST(removed_sets_give_their_semaphores_back_to_semmns)
{
    const int used = sem_info(SEM_INFO).semaem;
    const auto info = sem_info(IPC_INFO);
    const LimitOverride lowered { kLimits,
                                  std::to_string(info.semmsl) + ' ' + std::to_string(used + 10)
                                      + ' ' + std::to_string(info.semopm) + ' '
                                      + std::to_string(info.semmni) };
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(SemSet { 10 }.stat().nsems, 10u);
}

TEST(a_lowered_semmsl_counts_for_new_sets)
{
    const LimitOverride lowered { kLimits, limits_with([](auto& limits) { limits.semmsl = 5; }) };
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 6, 0600), EINVAL);
    EXPECT_EQ(SemSet { 5 }.stat().nsems, 5u);
}

TEST(a_lowered_semmsl_counts_for_requests_of_existing_sets_and_not_for_their_use)
{
    const key_t key = unused_set_key();
    const SemSet set { 10, 0600, key };
    const LimitOverride lowered { kLimits, limits_with([](auto& limits) { limits.semmsl = 5; }) };
    EXPECT_ERR(sysv::semget(key, 10, 0600), EINVAL);
    EXPECT_EQ(sysv::semget(key, 5, 0600), Outcome::raw(set.id()));
    EXPECT_OK(set.operate({ up(9) }));
    EXPECT_EQ(set.text(), "0 0 0 0 0 0 0 0 0 1");
}

TEST(a_lowered_semopm_counts_at_once)
{
    const SemSet set;
    const LimitOverride lowered { kLimits, limits_with([](auto& limits) { limits.semopm = 2; }) };
    EXPECT_OK(set.operate(times(2, up())));
    EXPECT_ERR(set.operate(times(3, up())), E2BIG);
}

TEST(a_raised_semopm_allows_longer_arrays)
{
    const SemSet set;
    const LimitOverride raised { kLimits, limits_with([](auto& limits) { limits.semopm = 2000; }) };
    EXPECT_OK(set.operate(times(2000, up())));
    EXPECT_ERR(set.operate(times(2001, up())), E2BIG);
    EXPECT_EQ(set.value(), 2000);
}

TEST(a_raised_semmsl_allows_larger_sets)
{
    const LimitOverride raised { kLimits,
                                 limits_with([](auto& limits) { limits.semmsl = 70000; }) };
    const SemSet set { 70000 };
    EXPECT_EQ(set.stat().nsems, 70000u);
    // Numbers have sixteen bits in operations, but not in semctl.
    EXPECT_OK(set.operate({ up(65535) }));
    EXPECT_OK(set.set_value(69999, 7));
    EXPECT_EQ(set.value(69999), 7);
    EXPECT_EQ(set.value(65535), 1);
}

TEST(a_set_too_large_for_any_memory_is_enomem)
{
    const LimitOverride raised { kLimits, limits_with([](auto& limits) {
                                     limits.semmsl = limits.semmns = INT_MAX;
                                 }) };
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, INT_MAX, 0600), ENOMEM);
    EXPECT_EQ(sem_info(SEM_INFO).semaem, 0);
}

TEST(the_highest_semaphores_of_larger_sets_are_undone_too)
{
    const LimitOverride raised { kLimits,
                                 limits_with([](auto& limits) { limits.semmsl = 70000; }) };
    const SemSet set { 70000 };
    in_a_process([&] {
        for (const int number : { 0, 65533, 65534, 65535 })
            REQUIRE_OK(set.operate({ undone(up(number, 2)) }));
        REQUIRE_OK(set.operate({ undone(down(65535)), undone(up(65534)), undone(up(65533)) }));
        // Clears the adjustment.
        REQUIRE_OK(set.set_value(65533, 9));
        EXPECT_OK(set.set_value(69999, 7));
    });
    for (const int number : { 0, 65534, 65535 })
        EXPECT_EQ(set.value(number), 0);
    EXPECT_EQ(set.value(65533), 9);
    EXPECT_EQ(set.value(69999), 7);
}

TEST(a_lowered_semmni_leaves_the_sets_that_exist)
{
    const key_t key = unused_set_key();
    const SemSet set { 1, 0600, key };
    const LimitOverride lowered { kLimits, limits_with([](auto& limits) { limits.semmni = 0; }) };
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), ENOSPC);
    EXPECT_EQ(sysv::semget(key, 1, 0600), Outcome::raw(set.id()));
    EXPECT_OK(set.operate({ up() }));
}

TEST(info_shows_changed_limits_and_unchanged_constants)
{
    const LimitOverride changed { kLimits, "1001 1002 1003 1004" };
    const auto info = sem_info(IPC_INFO);
    EXPECT_EQ(info.semmsl, 1001);
    EXPECT_EQ(info.semmns, 1002);
    EXPECT_EQ(info.semopm, 1003);
    EXPECT_EQ(info.semmni, 1004);
    EXPECT_EQ(info.semume, 500);
    EXPECT_EQ(info.semmap, 1024000000);
    EXPECT_EQ(info.semmnu, 1024000000);
}

TEST(the_limits_are_four_numbers_with_tabs_between)
{
    const LimitOverride changed { kLimits, "1001 1002 1003 1004" };
    EXPECT(read_file(kFile) == "1001\t1002\t1003\t1004\n");
}

TEST(limits_that_are_not_written_stay)
{
    const LimitOverride changed { kLimits, "1001 1002 1003 1004" };
    EXPECT_OK(write_limits("2001 2002"));
    EXPECT(read_file(kFile) == "2001\t2002\t1003\t1004\n");
}

TEST(a_semmni_above_the_number_of_indexes_is_refused)
{
    const LimitOverride changed { kLimits, "1001 1002 1003 1004" };
    EXPECT_ERR(write_limits("1001 1002 1003 32769"), ERANGE);
    EXPECT_ERR(write_limits("1001 1002 1003 -1"), ERANGE);
    EXPECT(read_file(kFile) == "1001\t1002\t1003\t1004\n");
    EXPECT_OK(write_limits("1001 1002 1003 32768"));
}

} // namespace
