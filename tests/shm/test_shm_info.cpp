// SPDX-License-Identifier: GPL-2.0
/*
 * IPC_INFO and SHM_INFO: limits and usage, and the index they return.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

TEST(ipc_info_shows_the_limits)
{
    const auto limits = shm_limits();
    EXPECT_EQ(limits.shmmax, sysv::kShownShmmax);
    EXPECT_EQ(limits.shmall, sysv::kShownShmall);
    EXPECT_EQ(limits.shmmni, static_cast<unsigned>(sysv::kDefaultShmmni));
    EXPECT_EQ(limits.shmseg, limits.shmmni);
    EXPECT_EQ(limits.shmmin, 1u);
    for (const auto unused : limits.unused)
        EXPECT_EQ(unused, 0u);
}

TEST(shm_info_fills_every_byte)
{
    const Segment segment;
    unsigned char buffer[sizeof(sysv::ShmUsage) + 8];
    std::memset(buffer, 0xee, sizeof(buffer));
    REQUIRE_OK(sysv::shmctl(0, SHM_INFO, buffer));
    sysv::ShmUsage usage;
    std::memcpy(&usage, buffer, sizeof(usage));
#ifdef __LP64__
    EXPECT_EQ(usage.hole, 0u);
#endif
    EXPECT_EQ(usage.swap_attempts, 0u);
    EXPECT_EQ(usage.swap_successes, 0u);
    for (std::size_t i = sizeof(usage); i < sizeof(buffer); ++i)
        EXPECT_EQ(buffer[i], 0xee);
}

TEST(the_info_commands_need_no_permission)
{
    const Segment segment { kPage, 0 };
    for (const int command : { IPC_INFO, SHM_INFO })
        EXPECT_OK(play(kAlice, [&] {
            unsigned char buffer[128];
            return sysv::shmctl(0, command, buffer);
        }));
}

TEST(the_info_commands_take_any_id_that_is_not_negative)
{
    unsigned char buffer[128];
    for (const int id : { 0, 77, 0x7fffffff }) {
        EXPECT_OK(sysv::shmctl(id, IPC_INFO, buffer));
        EXPECT_OK(sysv::shmctl(id, SHM_INFO, buffer));
    }
}

TEST(the_info_commands_return_the_highest_index)
{
    std::vector<Segment> segments;
    int highest = 0;
    for (int i = 0; i < 5; ++i) {
        segments.emplace_back();
        highest = std::max(highest, sysv::index_of(segments.back().id()));
    }
    for (const auto& row : read_segment_rows())
        highest = std::max(highest, sysv::index_of(row.id));
    unsigned char buffer[128];
    EXPECT_EQ(sysv::shmctl(0, IPC_INFO, buffer), Outcome::raw(highest));
    EXPECT_EQ(sysv::shmctl(0, SHM_INFO, buffer), Outcome::raw(highest));
}

TEST(without_segments_the_index_is_zero)
{
    if (!read_segment_rows().empty())
        harness::skip("somebody else has segments");
    unsigned char buffer[128];
    EXPECT_EQ(sysv::shmctl(0, IPC_INFO, buffer), Outcome::raw(0));
    EXPECT_EQ(sysv::shmctl(0, SHM_INFO, buffer), Outcome::raw(0));
}

TEST(segments_and_their_pages_are_counted)
{
    const auto before = shm_usage();
    const Segment first { 10 * kPage };
    const Segment second { 1 };
    const auto after = shm_usage();
    EXPECT_EQ(after.used_ids, before.used_ids + 2);
    EXPECT_EQ(after.shm_tot, before.shm_tot + 11);
}

TEST(touched_pages_are_resident)
{
    const Segment segment { 100 * kPage };
    const auto before = shm_usage();
    const Attachment attachment { segment };
    EXPECT_EQ(shm_usage().shm_rss, before.shm_rss);
    for (std::size_t page = 0; page < 100; page += 10)
        attachment.page(page)[0] = 'x';
    EXPECT_EQ(shm_usage().shm_rss, before.shm_rss + 10);
    EXPECT_EQ(shm_usage().shm_swp, before.shm_swp);
}

TEST(resident_pages_are_counted_once_for_all_attachments)
{
    const Segment segment { 8 * kPage };
    const auto before = shm_usage();
    const Attachment first { segment };
    const Attachment second { segment, SHM_RDONLY };
    std::memset(first.data(), 1, 8 * kPage);
    in_a_process([&] { EXPECT_EQ(second[7 * kPage], 1); });
    EXPECT_EQ(shm_usage().shm_rss, before.shm_rss + 8);
}

TEST(a_removed_segment_is_counted_no_longer)
{
    const auto before = shm_usage();
    {
        const Segment segment { 8 * kPage };
        const Attachment attachment { segment };
        std::memset(attachment.data(), 1, 8 * kPage);
    }
    const auto after = shm_usage();
    EXPECT_EQ(after.used_ids, before.used_ids);
    EXPECT_EQ(after.shm_tot, before.shm_tot);
    EXPECT_EQ(after.shm_rss, before.shm_rss);
}

} // namespace
