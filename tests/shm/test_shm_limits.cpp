// SPDX-License-Identifier: GPL-2.0
/*
 * The limits on shared memory: shmmax, shmall, shmmni, as they are and as set by /proc/sys/kernel.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <sys/stat.h>
#include <vector>

namespace {

constexpr const char* kShmmax = "/proc/sys/kernel/shmmax";
constexpr const char* kShmall = "/proc/sys/kernel/shmall";
constexpr const char* kShmmni = "/proc/sys/kernel/shmmni";

Outcome write_limit(const char* file, std::string_view text)
{
    errno = 0;
    return write_file(file, text) ? Outcome::raw(0) : Outcome::failure(errno);
}

TEST(the_files_show_the_defaults)
{
    EXPECT(read_file(kShmmax) == "18446744073692774399\n");
    EXPECT(read_file(kShmall) == "18446744073692774399\n");
    EXPECT(read_file(kShmmni) == "4096\n");
}

TEST(root_alone_may_write_them)
{
    for (const char* file : { kShmmax, kShmall, kShmmni }) {
        struct stat status { };
        REQUIRE_EQ(::stat(file, &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0644u);
        EXPECT_ERR(play(kAlice, [&] { return write_limit(file, "1"); }), EACCES);
    }
}

TEST(a_segment_may_have_shmmax_bytes_and_no_more)
{
    const LimitOverride lowered { "shmmax", 5000 };
    EXPECT_EQ(shm_limits().shmmax, 5000u);
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 5001, 0600), EINVAL);
    EXPECT_EQ(Segment { 5000 }.stat().segsz, 5000u);
}

TEST(a_lowered_shmmax_leaves_the_segments_that_exist)
{
    const key_t key = unused_segment_key();
    const Segment segment { 10 * kPage, 0600, key };
    const LimitOverride lowered { "shmmax", 5000 };
    EXPECT_EQ(sysv::shmget(key, 10 * kPage, 0), Outcome::raw(segment.id()));
    const Attachment attachment { segment };
    attachment[9 * kPage] = 'x';
}

TEST(a_shmmax_of_zero_allows_no_segment)
{
    const LimitOverride lowered { "shmmax", 0 };
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, 0600), EINVAL);
}

TEST(shmmax_takes_any_number_of_64_bits)
{
    const LimitOverride saved { "shmmax", 1 };
    EXPECT_OK(write_limit(kShmmax, "18446744073709551615"));
    EXPECT(read_file(kShmmax) == "18446744073709551615\n");
    EXPECT_ERR(write_limit(kShmmax, "many"), EINVAL);
    EXPECT(read_file(kShmmax) == "18446744073709551615\n");
}

TEST(all_segments_may_have_shmall_pages_and_no_more)
{
    const auto used = shm_usage().shm_tot;
    const LimitOverride lowered { "shmall", static_cast<long>(used) + 10 };
    const Segment first { 6 * kPage };
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 4 * kPage + 1, 0600), ENOSPC);
    const Segment second { 4 * kPage };
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, 0600), ENOSPC);
    EXPECT_EQ(shm_usage().shm_tot, used + 10);
}

TEST(removed_segments_give_their_pages_back_to_shmall)
{
    const auto used = shm_usage().shm_tot;
    const LimitOverride lowered { "shmall", static_cast<long>(used) + 10 };
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(Segment { 10 * kPage }.stat().segsz, 10 * kPage);
}

TEST(marked_segments_count_for_shmall)
{
    const auto used = shm_usage().shm_tot;
    const LimitOverride lowered { "shmall", static_cast<long>(used) + 10 };
    const Segment segment { 10 * kPage };
    Attachment attachment { segment };
    REQUIRE_OK(segment.mark());
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, 0600), ENOSPC);
    REQUIRE_OK(attachment.detach());
    EXPECT_EQ(Segment { 10 * kPage }.stat().segsz, 10 * kPage);
}

TEST(a_shmall_below_the_pages_in_use_allows_no_new_segment)
{
    const key_t key = unused_segment_key();
    const Segment segment { 10 * kPage, 0600, key };
    const LimitOverride lowered { "shmall", 1 };
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, 0600), ENOSPC);
    EXPECT_EQ(sysv::shmget(key, 0, 0), Outcome::raw(segment.id()));
}

TEST(einval_for_shmmax_comes_before_enospc_for_shmall)
{
    const LimitOverride pages { "shmall", 0 };
    const LimitOverride bytes { "shmmax", 100 };
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 101, 0600), EINVAL);
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 100, 0600), ENOSPC);
}

TEST(shmmni_segments_can_exist_and_no_more)
{
    const auto present = static_cast<long>(read_segment_rows().size());
    const LimitOverride lowered { "shmmni", present + 5 };
    const key_t key = unused_segment_key();
    std::vector<Segment> segments;
    segments.emplace_back(kPage, 0600, key);
    while (segments.size() < 5)
        segments.emplace_back();
    const auto used = shm_usage();
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, kPage, 0600), ENOSPC);
    EXPECT_ERR(sysv::shmget(unused_segment_key(), kPage, IPC_CREAT | 0600), ENOSPC);
    EXPECT_EQ(shm_usage().shm_tot, used.shm_tot);
    EXPECT_EQ(shm_usage().used_ids, used.used_ids);
    EXPECT_EQ(sysv::shmget(key, kPage, IPC_CREAT | 0600), Outcome::raw(segments.front().id()));
    REQUIRE_OK(segments.back().remove());
    EXPECT(Segment {}.id() >= 0);
}

TEST(every_one_of_the_default_number_of_segments_can_exist)
{
    const auto present = read_segment_rows().size();
    std::vector<Segment> segments;
    const auto limit = static_cast<std::size_t>(harness::affordable(sysv::kDefaultShmmni));
    while (segments.size() + present < limit)
        segments.emplace_back();
    EXPECT_EQ(shm_usage().used_ids, static_cast<int>(limit));
    if (limit == static_cast<std::size_t>(sysv::kDefaultShmmni))
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, kPage, 0600), ENOSPC);
}

TEST(a_shmmni_above_the_number_of_indexes_is_einval)
{
    const LimitOverride saved { "shmmni", 4096 };
    EXPECT_OK(write_limit(kShmmni, "32768"));
    EXPECT_ERR(write_limit(kShmmni, "32769"), EINVAL);
    EXPECT_ERR(write_limit(kShmmni, "-1"), EINVAL);
    EXPECT(read_file(kShmmni) == "32768\n");
    EXPECT_EQ(shm_limits().shmmni, 32768u);
}

} // namespace
