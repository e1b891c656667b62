// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc: the files, their header lines, and the rows of msg to the byte.
 * Reading in pieces and under change: test_proc_reading.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/own_table.hpp"
#include "lib/proc_file.hpp"
#include "lib/queue.hpp"

#include <algorithm>
#include <climits>
#include <dirent.h>
#include <sched.h>
#include <set>
#include <sys/stat.h>

namespace {

constexpr const char* kFiles[] = { "/proc/sysvipc/msg", "/proc/sysvipc/sem", "/proc/sysvipc/shm" };

constexpr const char* kMsgHeader =
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
    "      stime      rtime      ctime";
constexpr const char* kSemHeader =
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime";
constexpr const char* kShmHeader =
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
    "      atime      dtime      ctime                   rss                  swap";

void expect_row(const Queue& queue)
{
    const auto row = find_row(queue.id());
    REQUIRE(row.has_value());
    EXPECT_EQ(row->text, row_from_stat(queue.id()));
}

std::string first_line(const char* path)
{
    const auto text = read_file(path);
    REQUIRE(text.has_value());
    return text->substr(0, text->find('\n'));
}

// The directory also contains the module's own files.
TEST(the_directory_holds_exactly_the_files_that_are_documented)
{
    std::set<std::string> expected { "msg", "sem", "shm" };
    if (is_module_there())
        expected.insert(std::begin(kOwnFiles), std::end(kOwnFiles));

    DIR* directory = opendir("/proc/sysvipc");
    REQUIRE(directory != nullptr);
    std::set<std::string> names;
    while (const dirent* entry = readdir(directory))
        if (entry->d_name[0] != '.')
            names.insert(entry->d_name);
    closedir(directory);
    EXPECT(names == expected);
}

TEST(the_files_are_regular_empty_and_readable_by_all)
{
    for (const char* path : kFiles) {
        struct stat status { };
        REQUIRE_EQ(stat(path, &status), 0);
        EXPECT_EQ(status.st_mode, static_cast<unsigned>(S_IFREG | 0444));
        EXPECT_EQ(status.st_uid, 0u);
        EXPECT_EQ(status.st_gid, 0u);
        EXPECT_EQ(status.st_size, 0);
        EXPECT_EQ(status.st_nlink, 1u);
    }
}

TEST(the_header_of_msg_is_right)
{
    EXPECT_EQ(first_line(kFiles[0]), kMsgHeader);
}
TEST(the_header_of_sem_is_right)
{
    EXPECT_EQ(first_line(kFiles[1]), kSemHeader);
}
TEST(the_header_of_shm_is_right)
{
    EXPECT_EQ(first_line(kFiles[2]), kShmHeader);
}

TEST(queues_have_no_rows_in_the_files_of_the_other_facilities)
{
    const auto sem = read_file(kFiles[1]);
    const auto shm = read_file(kFiles[2]);
    const std::vector<Queue> queues(5);
    EXPECT(read_file(kFiles[1]) == sem);
    EXPECT(read_file(kFiles[2]) == shm);
}

TEST(a_new_queue_has_a_row)
{
    const Queue queue { 0640, unused_key() };
    expect_row(queue);
}

TEST(the_row_of_a_used_queue_agrees_with_stat)
{
    Queue queue { 0777, unused_key() };
    auto wanted = queue.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 4005;
    wanted.qbytes = 5000;
    REQUIRE_OK(queue.set(wanted));
    for (long type = 1; type <= 12; ++type)
        REQUIRE_OK(queue.send(type, pattern(static_cast<std::size_t>(type) * 10)));
    Actor receiver { [&] { return queue.receive().outcome; } };
    REQUIRE_OK(receiver.join());
    expect_row(queue);
}

TEST(modes_are_printed_in_octal_without_leading_zeros)
{
    for (const int mode : { 0000, 0001, 0044, 0777 }) {
        const Queue queue { mode };
        expect_row(queue);
    }
}

TEST(negative_and_extreme_keys_are_printed_signed)
{
    for (const key_t key : { -1, INT_MIN, INT_MAX }) {
        const Queue queue { 0600, key };
        expect_row(queue);
        EXPECT_EQ(find_row(queue.id())->key, key);
    }
}

TEST(owners_that_need_more_than_five_columns_are_printed_whole)
{
    const Queue queue;
    auto wanted = queue.stat();
    wanted.perm.uid = 0xffff'fffe;
    wanted.perm.gid = 123456789;
    REQUIRE_OK(queue.set(wanted));
    expect_row(queue);
}

TEST(a_removed_queue_has_no_row)
{
    Queue queue;
    const int id = queue.id();
    REQUIRE(find_row(id).has_value());
    REQUIRE_OK(queue.remove());
    EXPECT(!find_row(id).has_value());
}

TEST(rows_come_in_the_order_of_their_indices)
{
    const std::vector<Queue> queues(100);
    const auto rows = read_queue_rows();
    EXPECT(std::ranges::is_sorted(rows, {},
                                  [](const QueueRow& row) { return sysv::index_of(row.id); }));
    for (const auto& queue : queues)
        EXPECT_EQ(std::ranges::count(rows, queue.id(), &QueueRow::id), 1);
}

TEST(everybody_sees_the_rows_of_unreadable_queues)
{
    const Queue queue { 0000 };
    const auto row = row_from_stat(queue.id());
    (void)play(kAlice, [&] {
        const auto seen = find_row(queue.id());
        EXPECT(seen && seen->text == row);
        return Outcome::raw(0);
    });
}

TEST(writing_is_refused)
{
    const ProcFile file { kProcMsg, O_RDWR };
    errno = 0;
    EXPECT_EQ(write(file.fd(), "x", 1), -1);
    EXPECT_EQ(errno, EIO);
    (void)play(kAlice, [] {
        errno = 0;
        EXPECT_EQ(open(kProcMsg, O_WRONLY), -1);
        EXPECT_EQ(errno, EACCES);
        return Outcome::raw(0);
    });
}

TEST(owners_are_shown_as_in_the_user_namespace_of_the_opener)
{
    const Queue queue;
    const ProcFile opened_by_root;
    Actor elsewhere { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        for (const auto& row : parse_rows(opened_by_root.read_rest()))
            if (row.id == queue.id())
                EXPECT_EQ(row.cuid, 0u);
        const auto row = find_row(queue.id());
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

TEST(pids_are_shown_as_in_the_pid_namespace_of_the_opener)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    const ProcFile opened_outside;
    const pid_t outside = getpid();
    Actor parent_of_init { [&] {
        if (unshare(CLONE_NEWPID) != 0)
            return Outcome::failure(ENOSYS);
        Actor init { [&] {
            for (const auto& row : parse_rows(opened_outside.read_rest()))
                if (row.id == queue.id())
                    EXPECT_EQ(row.lspid, outside);
            EXPECT_EQ(find_row(queue.id())->lspid, 0);
            REQUIRE_OK(queue.receive().outcome);
            EXPECT_EQ(find_row(queue.id())->lrpid, 1);
            return Outcome::raw(0);
        } };
        return init.join();
    } };
    if (parent_of_init.join().failed_with(ENOSYS))
        harness::skip("pid namespaces cannot be created");
}

} // namespace
