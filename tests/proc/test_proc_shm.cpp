// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/shm: its header, its columns, and reading it in pieces.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_file.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <cstring>
#include <sys/stat.h>
#include <vector>

namespace {

constexpr std::string_view kHeader =
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
    "      atime      dtime      ctime                   rss                  swap\n";

TEST(the_header_is_that_of_linux)
{
    const auto text = read_file(kProcShm);
    REQUIRE(text.has_value());
    EXPECT(text->starts_with(kHeader));
}

TEST(everyone_may_read_it_and_no_one_may_write_it)
{
    struct stat status { };
    REQUIRE_EQ(::stat(kProcShm, &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0444u);
    EXPECT_EQ(status.st_uid, 0u);
}

TEST(a_row_agrees_with_ipc_stat)
{
    const Segment segment { 12345, 0640, unused_segment_key() };
    EXPECT_EQ(find_segment_row(segment.id())->text, segment_row_from_stat(segment.id(), 0, 0));
    const Attachment attachment { segment };
    std::memset(attachment.data(), 1, 2 * kPage);
    EXPECT_EQ(find_segment_row(segment.id())->text,
              segment_row_from_stat(segment.id(), 2 * kPage, 0));
}

TEST(a_row_of_a_segment_that_belongs_to_another)
{
    const Segment segment { kPage, 0600 };
    auto wanted = segment.stat();
    wanted.perm.uid = 70000;
    wanted.perm.gid = 80000;
    REQUIRE_OK(segment.set(wanted));
    const auto row = find_segment_row(segment.id());
    EXPECT_EQ(row->uid, 70000u);
    EXPECT_EQ(row->gid, 80000u);
    EXPECT_EQ(row->cuid, getuid());
    EXPECT_EQ(row->text, segment_row_from_stat(segment.id(), 0, 0));
}

TEST(large_sizes_fit_their_column)
{
    constexpr std::size_t size = std::size_t { 1 } << (sizeof(std::size_t) == 8 ? 43 : 31);
    const Segment segment { size, SHM_NORESERVE | 0600 };
    EXPECT_EQ(find_segment_row(segment.id())->size, size);
}

TEST(marks_show_in_the_permissions)
{
    const Segment segment { kPage, 0600 };
    const Attachment attachment { segment };
    REQUIRE_OK(segment.lock());
    EXPECT_EQ(find_segment_row(segment.id())->perms, sysv::kLocked | 0600);
    REQUIRE_OK(segment.mark());
    EXPECT_EQ(find_segment_row(segment.id())->perms, sysv::kLocked | sysv::kMarked | 0600);
}

TEST(negative_keys_keep_their_sign)
{
    const Segment segment { kPage, 0600, -559038737 };
    EXPECT_EQ(find_segment_row(segment.id())->key, -559038737);
}

TEST(rows_come_in_the_order_of_indexes)
{
    std::vector<Segment> segments(10);
    int last = -1;
    for (const auto& row : read_segment_rows()) {
        EXPECT(sysv::index_of(row.id) > last);
        last = sysv::index_of(row.id);
    }
}

TEST(reads_of_every_size_give_the_same_text)
{
    const std::vector<Segment> segments(7);
    const auto whole = read_file(kProcShm);
    REQUIRE(whole.has_value());
    for (const std::size_t size : { 1, 7, 100, 300, 4096 })
        EXPECT(ProcFile(kProcShm).read_rest(size) == *whole);
}

TEST(a_removed_segment_has_no_row)
{
    Segment segment;
    const int id = segment.id();
    EXPECT(find_segment_row(id).has_value());
    REQUIRE_OK(segment.remove());
    EXPECT(!find_segment_row(id).has_value());
}

TEST(the_file_shows_segments_that_nobody_may_read)
{
    const Segment segment { kPage, 0 };
    EXPECT_OK(play(kAlice, [&] {
        EXPECT(find_segment_row(segment.id()).has_value());
        return Outcome::raw(0);
    }));
}

} // namespace
