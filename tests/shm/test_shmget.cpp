// SPDX-License-Identifier: GPL-2.0
/*
 * shmget(2): creating and finding segments; sizes, keys, flags, and the order of errors.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <climits>
#include <set>
#include <vector>

namespace {

TEST(a_private_key_makes_a_new_segment_each_time)
{
    const Segment first;
    const Segment second;
    EXPECT(first.id() != second.id());
    EXPECT_EQ(first.stat().perm.key, IPC_PRIVATE);
}

TEST(a_private_key_needs_no_ipc_creat)
{
    const Segment made =
        Segment::adopt(static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600))));
    EXPECT_EQ(made.stat().perm.mode, 0600u);
}

TEST(a_private_key_with_ipc_excl_creates_a_segment)
{
    const auto made = sysv::shmget(IPC_PRIVATE, kPage, IPC_CREAT | IPC_EXCL | 0600);
    Segment::adopt(static_cast<int>(REQUIRE_OK(made)));
}

TEST(an_unused_key_is_enoent_without_ipc_creat)
{
    EXPECT_ERR(sysv::shmget(unused_segment_key(), kPage, 0600), ENOENT);
    EXPECT_ERR(sysv::shmget(unused_segment_key(), kPage, IPC_EXCL | 0600), ENOENT);
    EXPECT_ERR(sysv::shmget(unused_segment_key(), 0, 0), ENOENT);
}

TEST(a_key_finds_the_segment_that_has_it)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0600, key };
    EXPECT_EQ(sysv::shmget(key, kPage, 0600), Outcome::raw(segment.id()));
    EXPECT_EQ(sysv::shmget(key, kPage, IPC_CREAT | 0600), Outcome::raw(segment.id()));
    EXPECT_EQ(sysv::shmget(key, kPage, IPC_EXCL | 0600), Outcome::raw(segment.id()));
    EXPECT_EQ(segment.stat().perm.key, key);
}

TEST(a_size_of_zero_finds_any_segment)
{
    const key_t key = unused_segment_key();
    const Segment segment { 3 * kPage, 0600, key };
    EXPECT_EQ(sysv::shmget(key, 0, 0), Outcome::raw(segment.id()));
}

TEST(a_smaller_size_finds_a_larger_segment)
{
    const key_t key = unused_segment_key();
    const Segment segment { 3 * kPage, 0600, key };
    EXPECT_EQ(sysv::shmget(key, 1, 0), Outcome::raw(segment.id()));
    EXPECT_EQ(sysv::shmget(key, 3 * kPage, 0), Outcome::raw(segment.id()));
}

TEST(a_larger_size_than_the_segment_has_is_einval_to_the_byte)
{
    const key_t key = unused_segment_key();
    const Segment segment { 1000, 0600, key };
    EXPECT_ERR(sysv::shmget(key, 1001, 0), EINVAL);
    EXPECT_ERR(sysv::shmget(key, 1001, IPC_CREAT | 0600), EINVAL);
    EXPECT_ERR(sysv::shmget(key, kPage, 0), EINVAL);
    EXPECT_ERR(sysv::shmget(key, ~std::size_t { 0 }, 0), EINVAL);
    EXPECT_EQ(sysv::shmget(key, 1000, 0), Outcome::raw(segment.id()));
}

TEST(exclusive_creation_of_an_existing_key_is_eexist)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0600, key };
    EXPECT_ERR(sysv::shmget(key, kPage, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
}

TEST(eexist_comes_before_einval_and_eacces)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0, key };
    EXPECT_ERR(sysv::shmget(key, 2 * kPage, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    EXPECT_ERR(
        play(kAlice, [&] { return sysv::shmget(key, 2 * kPage, IPC_CREAT | IPC_EXCL | 0600); }),
        EEXIST);
}

TEST(einval_for_the_size_comes_before_eacces)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0, key };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmget(key, kPage + 1, 0600); }), EINVAL);
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmget(key, kPage, 0600); }), EACCES);
}

TEST(a_request_without_permission_bits_is_always_granted)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0, key };
    EXPECT_EQ(play(kAlice, [&] { return sysv::shmget(key, kPage, 0); }),
              Outcome::raw(segment.id()));
}

TEST(permission_bits_of_all_three_classes_are_checked)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0604, key };
    for (const int granted : { 0400, 0040, 0004, 0444 })
        EXPECT_EQ(play(kAlice, [&] { return sysv::shmget(key, 0, granted); }),
                  Outcome::raw(segment.id()));
    for (const int refused : { 0200, 0020, 0002, 0600, 0100 })
        EXPECT_ERR(play(kAlice, [&] { return sysv::shmget(key, 0, refused); }), EACCES);
}

TEST(a_new_segment_of_no_bytes_is_einval)
{
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 0, 0600), EINVAL);
    EXPECT_ERR(sysv::shmget(unused_segment_key(), 0, IPC_CREAT | 0600), EINVAL);
}

TEST(enoent_comes_before_einval_for_a_new_segment)
{
    EXPECT_ERR(sysv::shmget(unused_segment_key(), 0, 0600), ENOENT);
    EXPECT_ERR(sysv::shmget(unused_segment_key(), ~std::size_t { 0 }, 0600), ENOENT);
}

#ifdef __LP64__ // no size of 32 bits is beyond (test_shm_limits.cpp lowers it)
TEST(a_new_segment_beyond_shmmax_is_einval)
{
    const auto shmmax = shm_limits().shmmax;
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, shmmax + 1, 0600), EINVAL);
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, ~std::size_t { 0 }, 0600), EINVAL);
}

TEST(a_new_segment_larger_than_any_file_is_einval)
{
    // Below shmmax, above the largest file.
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, std::size_t { 1 } << 63, 0600), EINVAL);
}
#endif

// More than the machine has; a 32-bit program cannot ask for more than 4 GiB.
constexpr std::size_t kTooMuch =
    sizeof(std::size_t) == 8 ? std::size_t { 1 } << 46 : ~std::size_t { 0 };

TEST(a_new_segment_that_memory_cannot_back_is_enomem)
{
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, kTooMuch, 0600), ENOMEM);
}

TEST(a_failed_creation_uses_no_limit)
{
    const auto before = shm_usage();
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, kTooMuch, 0600), ENOMEM);
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 0, 0600), EINVAL);
    const auto after = shm_usage();
    EXPECT_EQ(after.used_ids, before.used_ids);
    EXPECT_EQ(after.shm_tot, before.shm_tot);
}

TEST(with_shm_noreserve_a_segment_may_be_larger_than_memory)
{
    constexpr std::size_t size = std::size_t { 1 } << (sizeof(std::size_t) == 8 ? 36 : 31);
    const Segment segment { size, SHM_NORESERVE | 0600 };
    EXPECT_EQ(segment.stat().segsz, size);
    const Attachment attachment { segment };
    attachment[size - 1] = 'x';
    EXPECT_EQ(attachment[size - 1], 'x');
}

TEST(a_new_segment_is_all_zeros)
{
    const Segment segment { 5 * kPage };
    const Attachment attachment { segment };
    for (std::size_t i = 0; i < 5 * kPage; ++i)
        REQUIRE_EQ(attachment[i], 0);
}

TEST(a_new_segment_never_shows_bytes_of_a_removed_one)
{
    for (int round = 0; round < 20; ++round) {
        const Segment segment { 16 * kPage };
        const Attachment attachment { segment };
        for (std::size_t page = 0; page < 16; ++page) {
            REQUIRE_EQ(attachment.page(page)[0], 0);
            REQUIRE_EQ(attachment.page(page)[kPage - 1], 0);
            std::memset(attachment.page(page), 0xa5, kPage);
        }
    }
}

TEST(the_size_is_kept_to_the_byte)
{
    for (const std::size_t size :
         { std::size_t { 1 }, kPage - 1, kPage, kPage + 1, std::size_t { 12345 } })
        EXPECT_EQ(Segment { size }.stat().segsz, size);
}

TEST(a_segment_counts_for_whole_pages)
{
    const auto before = shm_usage().shm_tot;
    const Segment one { 1 };
    EXPECT_EQ(shm_usage().shm_tot, before + 1);
    const Segment two { kPage + 1 };
    EXPECT_EQ(shm_usage().shm_tot, before + 3);
}

TEST(nine_bits_of_the_flags_become_the_mode)
{
    for (const int mode : { 0, 0777, 0123, 0640 })
        EXPECT_EQ(Segment(kPage, mode).stat().perm.mode, static_cast<unsigned>(mode));
    const Segment noisy = Segment::adopt(
        static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0x40000000 | 0600))));
    EXPECT_EQ(noisy.stat().perm.mode, 0600u);
}

TEST(shm_noreserve_does_not_show_in_the_mode)
{
    EXPECT_EQ(Segment(kPage, SHM_NORESERVE | 0640).stat().perm.mode, 0640u);
}

TEST(a_new_segment_belongs_to_its_creator)
{
    const Shared<sysv::SegmentStat> seen;
    in_a_process([&] {
        become(kAlice);
        *seen = Segment { kPage, 0600 }.stat();
    });
    const sysv::SegmentStat stat = *seen;
    EXPECT_EQ(stat.perm.uid, kAlice.uid);
    EXPECT_EQ(stat.perm.cuid, kAlice.uid);
    EXPECT_EQ(stat.perm.gid, kAlice.gid);
    EXPECT_EQ(stat.perm.cgid, kAlice.gid);
}

TEST(a_new_segment_has_a_time_of_change_and_no_other)
{
    const auto before = kernel_seconds();
    const Segment segment;
    const auto stat = segment.stat();
    EXPECT(stat.ctime >= before && stat.ctime <= kernel_seconds());
    EXPECT_EQ(stat.atime, 0);
    EXPECT_EQ(stat.dtime, 0);
    EXPECT_EQ(stat.cpid, getpid());
    EXPECT_EQ(stat.lpid, 0);
    EXPECT_EQ(stat.nattch, 0u);
}

TEST(finding_a_segment_changes_nothing)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0600, key };
    const auto before = segment.stat();
    REQUIRE_OK(sysv::shmget(key, kPage, 0600));
    const auto after = segment.stat();
    EXPECT(std::memcmp(&before, &after, sizeof(before)) == 0);
}

TEST(a_removed_key_is_free_at_once)
{
    const key_t key = unused_segment_key();
    Segment first { kPage, 0600, key };
    const int id = first.id();
    REQUIRE_OK(first.remove());
    EXPECT_ERR(sysv::shmget(key, kPage, 0), ENOENT);
    const Segment second { 2 * kPage, 0600, key };
    EXPECT(second.id() != id);
}

TEST(an_id_is_not_reused_soon)
{
    std::set<int> ids;
    for (int i = 0; i < 1000; ++i)
        EXPECT(ids.insert(Segment {}.id()).second);
}

TEST(an_index_is_reused_with_another_sequence_number)
{
    const int first = Segment {}.id();
    for (int i = 0; i < 10000; ++i) {
        const int id = Segment {}.id();
        if (sysv::index_of(id) == sysv::index_of(first)) {
            EXPECT(sysv::sequence_of(id) != sysv::sequence_of(first));
            return;
        }
    }
    EXPECT(!"the index came again");
}

TEST(every_key_but_the_private_one_can_be_used)
{
    for (const key_t key : { INT_MIN, -1, 1, INT_MAX }) {
        if (!sysv::shmget(key, 0, 0).failed_with(ENOENT))
            continue;
        const Segment segment { kPage, 0600, key };
        EXPECT_EQ(sysv::shmget(key, 0, 0), Outcome::raw(segment.id()));
        EXPECT_EQ(segment.stat().perm.key, key);
    }
}

TEST(keys_of_other_facilities_are_other_keys)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0600, key };
    EXPECT_EQ(syscall(SYS_msgget, key, 0), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(syscall(SYS_semget, key, 0, 0), -1);
    EXPECT_EQ(errno, ENOENT);
}

} // namespace
