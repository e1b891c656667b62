// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/sem: the rows to the byte, in one reading and in pieces.
 * Header lines and the files themselves: test_proc_sysvipc.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_file.hpp"
#include "lib/proc_sem.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <climits>
#include <sched.h>

namespace {

void expect_row(const SemSet& set)
{
    const auto row = find_set_row(set.id());
    REQUIRE(row.has_value());
    EXPECT_EQ(row->text, set_row_from_stat(set.id()));
}

TEST(a_new_set_has_a_row)
{
    const SemSet set { 3, 0640, unused_set_key() };
    expect_row(set);
    EXPECT_EQ(find_set_row(set.id())->otime, 0);
}

TEST(the_row_of_a_used_set_agrees_with_stat)
{
    const SemSet set { 300, 0777, unused_set_key() };
    auto wanted = set.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 4005;
    REQUIRE_OK(set.set(wanted));
    REQUIRE_OK(set.operate({ up(299), up(7) }));
    expect_row(set);
    EXPECT_EQ(find_set_row(set.id())->nsems, 300u);
}

TEST(the_row_shows_the_time_of_the_last_operation_on_any_semaphore)
{
    const SemSet set { 5 };
    for (const int number : { 4, 0, 2 }) {
        const auto before = kernel_seconds();
        REQUIRE_OK(set.operate({ up(number) }));
        const auto row = find_set_row(set.id());
        REQUIRE(row.has_value());
        EXPECT(row->otime >= before && row->otime <= kernel_seconds());
        wait_for_second_after(row->otime);
    }
}

TEST(the_row_shows_the_time_of_the_last_change)
{
    const SemSet set;
    const auto created = find_set_row(set.id())->ctime;
    wait_for_second_after(created);
    REQUIRE_OK(set.set_value(0, 1));
    EXPECT(find_set_row(set.id())->ctime > created);
    expect_row(set);
}

TEST(modes_of_sets_are_printed_in_octal_without_leading_zeros)
{
    for (const int mode : { 0000, 0001, 0044, 0777 })
        expect_row(SemSet { 1, mode });
}

TEST(keys_of_sets_are_printed_signed)
{
    for (const key_t key : { -1, INT_MIN, INT_MAX }) {
        const SemSet set { 1, 0600, key };
        expect_row(set);
        EXPECT_EQ(find_set_row(set.id())->key, key);
    }
}

TEST(owners_of_sets_that_need_more_than_five_columns_are_printed_whole)
{
    const SemSet set;
    auto wanted = set.stat();
    wanted.perm.uid = 0xffff'fffe;
    wanted.perm.gid = 123456789;
    REQUIRE_OK(set.set(wanted));
    expect_row(set);
}

TEST(a_removed_set_has_no_row)
{
    SemSet set;
    const int id = set.id();
    REQUIRE(find_set_row(id).has_value());
    REQUIRE_OK(set.remove());
    EXPECT(!find_set_row(id).has_value());
}

TEST(rows_of_sets_come_in_the_order_of_their_indices)
{
    const std::vector<SemSet> sets(100);
    const auto rows = read_set_rows();
    EXPECT(
        std::ranges::is_sorted(rows, {}, [](const SetRow& row) { return sysv::index_of(row.id); }));
    for (const auto& set : sets)
        EXPECT_EQ(std::ranges::count(rows, set.id(), &SetRow::id), 1);
}

TEST(everybody_sees_the_rows_of_unreadable_sets)
{
    const SemSet set { 1, 0000 };
    const auto row = set_row_from_stat(set.id());
    (void)play(kAlice, [&] {
        const auto seen = find_set_row(set.id());
        EXPECT(seen && seen->text == row);
        return Outcome::raw(0);
    });
}

TEST(the_file_reads_the_same_in_pieces_of_any_size)
{
    const std::vector<SemSet> sets(30);
    const auto whole = read_file(kProcSem);
    REQUIRE(whole.has_value());
    for (const std::size_t size : { 1, 7, 100, 4096 })
        EXPECT(ProcFile(kProcSem).read_rest(size) == *whole);
}

TEST(sets_created_and_removed_while_the_file_is_read_disturb_no_other_row)
{
    std::vector<SemSet> sets(60);
    const ProcFile file { kProcSem };
    std::string text = file.read_once(1000);
    for (std::size_t i = 0; i < sets.size(); i += 2)
        REQUIRE_OK(sets[i].remove());
    const std::vector<SemSet> more(10);
    text += file.read_rest(1000);
    const auto rows = parse_set_rows(text);
    for (std::size_t i = 1; i < sets.size(); i += 2)
        EXPECT_EQ(std::ranges::count(rows, sets[i].id(), &SetRow::id), 1);
}

TEST(sets_have_no_rows_in_the_files_of_the_other_facilities)
{
    const auto msg = read_file("/proc/sysvipc/msg");
    const auto shm = read_file("/proc/sysvipc/shm");
    const std::vector<SemSet> sets(5);
    EXPECT(read_file("/proc/sysvipc/msg") == msg);
    EXPECT(read_file("/proc/sysvipc/shm") == shm);
}

TEST(reading_the_file_disturbs_no_operation)
{
    const std::vector<SemSet> sets(20);
    Actor busy { [&] {
        for (int i = 0; i < 2000; ++i) {
            REQUIRE_OK(sets[7].operate({ up() }));
            REQUIRE_OK(sets[7].operate({ down(), zero() }));
        }
        return Outcome::raw(0);
    } };
    while (busy.is_running())
        for (const auto& row : read_set_rows())
            REQUIRE(row.nsems == 1 || row.id != sets[7].id());
    EXPECT_OK(busy.join());
    EXPECT_EQ(sets[7].value(), 0);
}

TEST(owners_of_sets_are_shown_as_in_the_user_namespace_of_the_opener)
{
    const SemSet set;
    const ProcFile opened_by_root { kProcSem };
    Actor elsewhere { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        for (const auto& row : parse_set_rows(opened_by_root.read_rest()))
            if (row.id == set.id())
                EXPECT_EQ(row.cuid, 0u);
        const auto row = find_set_row(set.id());
        REQUIRE(row.has_value());
        EXPECT_EQ(row->uid, 65534u);
        EXPECT_EQ(row->gid, 65534u);
        EXPECT_EQ(row->cuid, 65534u);
        EXPECT_EQ(row->cgid, 65534u);
        return Outcome::raw(0);
    } };
    if (elsewhere.join().failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
}

} // namespace
