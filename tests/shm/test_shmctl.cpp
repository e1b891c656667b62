// SPDX-License-Identifier: GPL-2.0
/*
 * shmctl(2): IPC_STAT, IPC_SET, IPC_RMID and the *_STAT commands; errors and bytes.
 */
#include "lib/actor.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <cstring>

namespace {

TEST(ipc_stat_fills_every_byte_and_none_beyond)
{
    const Segment segment { 5000, 0640 };
    unsigned char buffer[sizeof(sysv::SegmentStat) + 16];
    std::memset(buffer, 0xee, sizeof(buffer));
    REQUIRE_OK(sysv::shmctl(segment.id(), IPC_STAT, buffer));

    sysv::SegmentStat expected {};
    expected.perm.key = IPC_PRIVATE;
    expected.perm.uid = expected.perm.cuid = getuid();
    expected.perm.gid = expected.perm.cgid = getgid();
    expected.perm.mode = 0640;
    expected.perm.seq = static_cast<std::uint16_t>(sysv::sequence_of(segment.id()));
    expected.segsz = 5000;
    expected.ctime = segment.stat().ctime;
    expected.cpid = getpid();
    EXPECT(std::memcmp(buffer, &expected, sizeof(expected)) == 0);
    for (std::size_t i = sizeof(expected); i < sizeof(buffer); ++i)
        EXPECT_EQ(buffer[i], 0xee);
}

TEST(ipc_stat_needs_permission_to_read)
{
    const Segment segment { kPage, 0602 };
    EXPECT_ERR(play(kAlice,
                    [&] {
                        sysv::SegmentStat stat;
                        return sysv::shmctl(segment.id(), IPC_STAT, &stat);
                    }),
               EACCES);
    REQUIRE_OK(segment.set_mode(0604));
    EXPECT_OK(play(kAlice, [&] {
        sysv::SegmentStat stat;
        return sysv::shmctl(segment.id(), IPC_STAT, &stat);
    }));
}

TEST(a_bad_buffer_is_efault_for_every_command_that_has_one)
{
    const Segment segment;
    const GuardedBuffer guarded;
    for (void* buffer : { kNull, kKernelAddress, static_cast<void*>(guarded.with_room_for(0)),
                          static_cast<void*>(guarded.with_room_for(20)) }) {
        for (const int command : { IPC_STAT, IPC_SET, IPC_INFO, SHM_INFO })
            EXPECT_ERR(sysv::shmctl(segment.id(), command, buffer), EFAULT);
        for (const int command : { SHM_STAT, SHM_STAT_ANY })
            EXPECT_ERR(sysv::shmctl(sysv::index_of(segment.id()), command, buffer), EFAULT);
    }
}

TEST(buffers_need_no_byte_more_than_their_structure)
{
    const Segment segment;
    const GuardedBuffer guarded;
    void* const stat = guarded.with_room_for(sizeof(sysv::SegmentStat));
    EXPECT_OK(sysv::shmctl(segment.id(), IPC_STAT, stat));
    EXPECT_OK(sysv::shmctl(segment.id(), IPC_SET, stat));
    EXPECT_OK(sysv::shmctl(sysv::index_of(segment.id()), SHM_STAT, stat));
    EXPECT_OK(sysv::shmctl(0, IPC_INFO, guarded.with_room_for(sizeof(sysv::ShmLimits))));
    EXPECT_OK(sysv::shmctl(0, SHM_INFO, guarded.with_room_for(sizeof(sysv::ShmUsage))));
}

TEST(a_negative_id_is_einval_for_every_command)
{
    sysv::SegmentStat stat {};
    for (const int command : { IPC_STAT, IPC_SET, IPC_RMID, SHM_LOCK, SHM_UNLOCK, SHM_STAT,
                               SHM_STAT_ANY, IPC_INFO, SHM_INFO })
        EXPECT_ERR(sysv::shmctl(-1, command, &stat), EINVAL);
}

TEST(an_unknown_command_is_einval)
{
    const Segment segment;
    sysv::SegmentStat stat {};
    for (const int command : { -1, 4, 10, 16, 99, 0x7fffffff })
        EXPECT_ERR(sysv::shmctl(segment.id(), command, &stat), EINVAL);
    if constexpr (!sysv::kSeparate)
        EXPECT_ERR(sysv::shmctl(segment.id(), IPC_STAT | sysv::kIpc64, &stat), EINVAL);
}

TEST(commands_of_the_other_facilities_are_einval)
{
    const Segment segment;
    sysv::SegmentStat stat {};
    EXPECT_ERR(sysv::shmctl(segment.id(), 18 /* SEM_STAT */, &stat), EINVAL);
    EXPECT_ERR(sysv::shmctl(segment.id(), 19 /* SEM_INFO */, &stat), EINVAL);
}

TEST(a_removed_id_is_einval_for_every_command)
{
    Segment segment;
    const int id = segment.id();
    REQUIRE_OK(segment.remove());
    sysv::SegmentStat stat {};
    for (const int command : { IPC_STAT, IPC_SET, IPC_RMID, SHM_LOCK, SHM_UNLOCK })
        EXPECT_ERR(sysv::shmctl(id, command, &stat), EINVAL);
    EXPECT_ERR(sysv::shmctl(sysv::index_of(id), SHM_STAT, &stat), EINVAL);
    EXPECT_ERR(sysv::shmctl(sysv::index_of(id), SHM_STAT_ANY, &stat), EINVAL);
}

TEST(shm_stat_takes_an_index_and_gives_the_id)
{
    const Segment segment { 777 };
    sysv::SegmentStat stat {};
    EXPECT_EQ(sysv::shmctl(sysv::index_of(segment.id()), SHM_STAT, &stat),
              Outcome::raw(segment.id()));
    const auto expected = segment.stat();
    EXPECT(std::memcmp(&stat, &expected, sizeof(stat)) == 0);
}

TEST(shm_stat_ignores_the_sequence_number)
{
    const Segment segment;
    sysv::SegmentStat stat {};
    EXPECT_EQ(sysv::shmctl(sysv::index_of(segment.id()) | 77 << sysv::kIndexBits, SHM_STAT, &stat),
              Outcome::raw(segment.id()));
}

TEST(shm_stat_needs_read_permission_and_shm_stat_any_does_not)
{
    const Segment segment { kPage, 0600 };
    const int index = sysv::index_of(segment.id());
    const auto as_alice = [&](int command) {
        return play(kAlice, [&] {
            sysv::SegmentStat stat;
            return sysv::shmctl(index, command, &stat);
        });
    };
    EXPECT_ERR(as_alice(SHM_STAT), EACCES);
    EXPECT_EQ(as_alice(SHM_STAT_ANY), Outcome::raw(segment.id()));
}

TEST(ipc_set_changes_owner_group_and_mode_and_nothing_else)
{
    const Segment segment { kPage, 0600 };
    const auto before = segment.stat();
    wait_for_second_after(before.ctime);
    auto wanted = before;
    wanted.perm.uid = kAlice.uid;
    wanted.perm.gid = kAlice.gid;
    wanted.perm.mode = 0123;
    wanted.perm.cuid = 77;
    wanted.perm.cgid = 77;
    wanted.perm.key = 77;
    wanted.perm.seq = 77;
    wanted.segsz = 77;
    wanted.nattch = 77;
    wanted.atime = wanted.dtime = wanted.ctime = 77;
    wanted.cpid = wanted.lpid = 77;
    REQUIRE_OK(segment.set(wanted));

    auto expected = before;
    expected.perm.uid = kAlice.uid;
    expected.perm.gid = kAlice.gid;
    expected.perm.mode = 0123;
    const auto after = segment.stat();
    EXPECT(after.ctime > before.ctime);
    expected.ctime = after.ctime;
    EXPECT(std::memcmp(&after, &expected, sizeof(after)) == 0);
}

TEST(ipc_set_keeps_nine_bits_of_the_mode)
{
    const Segment segment { kPage, 0600 };
    REQUIRE_OK(segment.set_mode(0xffff0000 | 07644));
    EXPECT_EQ(segment.stat().perm.mode, 0644u);
}

TEST(ipc_set_leaves_the_marks_in_the_mode)
{
    const Segment segment { kPage, 0600 };
    const Attachment attachment { segment };
    REQUIRE_OK(segment.lock());
    REQUIRE_OK(segment.mark());
    REQUIRE_OK(segment.set_mode(0644));
    EXPECT_EQ(segment.stat().perm.mode, sysv::kMarked | sysv::kLocked | 0644);
}

TEST(ipc_set_is_for_the_owner_the_creator_and_cap_sys_admin)
{
    const Segment segment { kPage, 0666 };
    auto wanted = segment.stat();
    EXPECT_ERR(play(kAlice, [&] { return segment.set(wanted); }), EPERM);
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(segment.set(wanted));
    EXPECT_OK(play(kAlice, [&] { return segment.set(wanted); }));
    EXPECT_ERR(play(kBob, [&] { return segment.set(wanted); }), EPERM);
}

TEST(ipc_set_to_an_impossible_owner_is_einval)
{
    const Segment segment;
    auto wanted = segment.stat();
    wanted.perm.uid = ~0u;
    EXPECT_ERR(segment.set(wanted), EINVAL);
    wanted = segment.stat();
    wanted.perm.gid = ~0u;
    EXPECT_ERR(segment.set(wanted), EINVAL);
    EXPECT_EQ(segment.stat().perm.uid, getuid());
}

TEST(ipc_set_reads_its_buffer_before_it_checks_the_id)
{
    Segment segment;
    const int id = segment.id();
    REQUIRE_OK(segment.remove());
    EXPECT_ERR(sysv::shmctl(id, IPC_SET, kKernelAddress), EFAULT);
}

TEST(ipc_rmid_is_for_the_owner_the_creator_and_cap_sys_admin)
{
    Segment segment { kPage, 0777 };
    EXPECT_ERR(play(kAlice, [&] { return segment.mark(); }), EPERM);
    auto wanted = segment.stat();
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(segment.set(wanted));
    EXPECT_ERR(play(kBob, [&] { return segment.mark(); }), EPERM);
    EXPECT_OK(play(kAlice, [&] { return segment.mark(); }));
    EXPECT(!segment_exists(segment.id()));
    EXPECT_ERR(segment.remove(), EINVAL);
}

TEST(ipc_rmid_ignores_its_buffer)
{
    const int id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
    EXPECT_OK(sysv::shmctl(id, IPC_RMID, kKernelAddress));
}

TEST(an_unattached_segment_is_removed_at_once)
{
    const auto before = shm_usage();
    Segment segment { 3 * kPage };
    const int id = segment.id();
    REQUIRE_OK(segment.remove());
    EXPECT(!segment_exists(id));
    EXPECT(!find_segment_row(id));
    const auto after = shm_usage();
    EXPECT_EQ(after.used_ids, before.used_ids);
    EXPECT_EQ(after.shm_tot, before.shm_tot);
}

TEST(an_attached_segment_is_marked_and_removed_with_the_last_detachment)
{
    Segment segment { 2 * kPage };
    Attachment first { segment };
    Attachment second { segment };
    REQUIRE_OK(segment.mark());
    EXPECT_EQ(segment.stat().perm.mode, sysv::kMarked | 0600);
    EXPECT_EQ(find_segment_row(segment.id())->perms, sysv::kMarked | 0600);
    first[0] = 'x';
    EXPECT_EQ(second[0], 'x');
    EXPECT_OK(first.detach());
    EXPECT(segment_exists(segment.id()));
    EXPECT_OK(second.detach());
    EXPECT(!segment_exists(segment.id()));
    EXPECT_ERR(segment.remove(), EINVAL);
}

TEST(a_marked_segment_has_lost_its_key)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0600, key };
    const Attachment attachment { segment };
    REQUIRE_OK(segment.mark());
    EXPECT_EQ(segment.stat().perm.key, IPC_PRIVATE);
    EXPECT_EQ(find_segment_row(segment.id())->key, 0);
    EXPECT_ERR(sysv::shmget(key, 0, 0), ENOENT);
    const Segment other { kPage, 0600, key };
    EXPECT(other.id() != segment.id());
}

TEST(a_marked_segment_can_be_attached_by_its_id)
{
    const Segment segment;
    Attachment first { segment };
    first[0] = 'x';
    REQUIRE_OK(segment.mark());
    Attachment second { segment };
    EXPECT_EQ(second[0], 'x');
    EXPECT_OK(first.detach());
    EXPECT(segment_exists(segment.id()));
    EXPECT_OK(second.detach());
    EXPECT(!segment_exists(segment.id()));
}

TEST(a_marked_segment_can_be_marked_again)
{
    const Segment segment;
    const Attachment attachment { segment };
    REQUIRE_OK(segment.mark());
    EXPECT_OK(segment.mark());
    EXPECT_EQ(segment.stat().perm.mode, sysv::kMarked | 0600);
}

TEST(marking_does_not_count_as_a_change)
{
    const Segment segment;
    const Attachment attachment { segment };
    const auto before = segment.stat();
    wait_for_second_after(before.ctime);
    REQUIRE_OK(segment.mark());
    EXPECT_EQ(segment.stat().ctime, before.ctime);
}

TEST(a_marked_segment_is_counted_until_it_is_removed)
{
    const auto before = shm_usage();
    const Segment segment { 4 * kPage };
    Attachment attachment { segment };
    REQUIRE_OK(segment.mark());
    EXPECT_EQ(shm_usage().used_ids, before.used_ids + 1);
    EXPECT_EQ(shm_usage().shm_tot, before.shm_tot + 4);
    REQUIRE_OK(attachment.detach());
    EXPECT_EQ(shm_usage().used_ids, before.used_ids);
    EXPECT_EQ(shm_usage().shm_tot, before.shm_tot);
}

} // namespace
