// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory of 32-bit programs: sizes, and shmid_ds in both versions.
 */
#include "compat/compat_check.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <algorithm>
#include <climits>

namespace {

Outcome shmctl_by(Way way, int id, int command, const void* buffer = nullptr)
{
    if (way == Way::Direct)
        return sysv::shmctl(id, command, const_cast<void*>(buffer));
    return sysv::original::shmctl(id, command_by(way, command), buffer);
}

sysv::OldSegmentStat old_version(const sysv::SegmentStat& stat)
{
    auto old = zeros<sysv::OldSegmentStat>();
    old.perm = old_perm(stat.perm);
    old.segsz = static_cast<std::int32_t>(stat.segsz);
    old.atime = static_cast<std::int32_t>(stat.atime);
    old.dtime = static_cast<std::int32_t>(stat.dtime);
    old.ctime = static_cast<std::int32_t>(stat.ctime);
    old.cpid = static_cast<std::uint16_t>(stat.cpid);
    old.lpid = static_cast<std::uint16_t>(stat.lpid);
    old.nattch = static_cast<std::uint16_t>(stat.nattch);
    return old;
}

void expect_stat_everywhere(const Segment& segment)
{
    const auto stat = segment.stat();
    const int index = sysv::index_of(segment.id());
    const auto expect = [&]<class T>(Way way, const T& expected) {
        Written<T> by_id, by_index, by_index_any;
        EXPECT_EQ(shmctl_by(way, segment.id(), IPC_STAT, by_id.place()), Outcome::raw(0));
        by_id.expect(expected);
        EXPECT_EQ(shmctl_by(way, index, SHM_STAT, by_index.place()), Outcome::raw(segment.id()));
        by_index.expect(expected);
        EXPECT_EQ(shmctl_by(way, index, SHM_STAT_ANY, by_index_any.place()),
                  Outcome::raw(segment.id()));
        by_index_any.expect(expected);
    };
    for (const Way way : kCurrentWays)
        expect(way, stat);
    expect(Way::Old, old_version(stat));
}

TEST(a_size_has_32_bits_without_a_sign)
{
    constexpr std::size_t size = 0x8000'1000;
    const auto id = sysv::original::shmget(IPC_PRIVATE, size, SHM_NORESERVE | 0600);
    const Segment by_original = Segment::adopt(static_cast<int>(REQUIRE_OK(id)));
    const Segment direct { size, SHM_NORESERVE | 0600 };
    for (const Segment* segment : { &by_original, &direct }) {
        EXPECT_EQ(segment->stat().segsz, size);
        expect_stat_everywhere(*segment);
    }
}

TEST(stat_is_right_in_every_byte_of_both_versions)
{
    expect_stat_everywhere(Segment { 12345, 0640 });
    const Segment used { 5 * kPage, 0652, unused_segment_key() };
    auto wanted = used.stat();
    wanted.perm.uid = 3005;
    wanted.perm.gid = 70000;
    REQUIRE_OK(used.set(wanted));
    const Attachment attachment { used };
    {
        const Attachment another { used };
    }
    REQUIRE_OK(used.lock());
    expect_stat_everywhere(used);
    sysv::OldSegmentStat stat {};
    REQUIRE_OK(shmctl_by(Way::Old, used.id(), IPC_STAT, &stat));
    EXPECT_EQ(stat.perm.gid, sysv::kOverflowId);
    EXPECT_EQ(stat.perm.mode, sysv::kLocked | 0652);
    EXPECT_EQ(stat.nattch, 1);
}

TEST(times_beyond_32_bits_are_split_into_two_halves)
{
    const ClockOverride clock { kFarAway };
    const Segment segment;
    {
        const Attachment attachment { segment };
    }
    for (const Way way : kCurrentWays) {
        sysv::SegmentStat stat;
        REQUIRE_OK(shmctl_by(way, segment.id(), IPC_STAT, &stat));
        for (const auto time : { stat.atime, stat.dtime, stat.ctime })
            EXPECT(time >= kFarAway && time < kFarAway + 3600);
    }
    expect_stat_everywhere(segment);
}

TEST(set_takes_owner_and_mode_of_either_version_and_reads_no_more)
{
    const GuardedBuffer memory;
    for (const Way way : kEveryWay) {
        const Segment segment;
        sysv::OldPerm old {};
        sysv::Perm current {};
        old.uid = 65535, old.gid = 1002, old.mode = 0123;
        current.uid = 65535, current.gid = 1002, current.mode = 0123;
        const void* perm = way == Way::Old ? static_cast<void*>(&old) : &current;
        const std::size_t size = way == Way::Old ? sizeof(old) : sizeof(current);
        std::byte* place = memory.with_room_for(size);
        std::memcpy(place, perm, size);
        EXPECT_OK(shmctl_by(way, segment.id(), IPC_SET, place));
        EXPECT_EQ(segment.stat().perm.uid, 65535u);
        EXPECT_EQ(segment.stat().perm.gid, 1002u);
        EXPECT_EQ(segment.stat().perm.mode, 0123u);
        EXPECT_ERR(shmctl_by(way, segment.id(), IPC_SET, memory.with_room_for(size - 1)), EFAULT);
        EXPECT_ERR(shmctl_by(way, INT_MAX, IPC_SET, place), EINVAL);
        EXPECT_ERR(shmctl_by(way, -1, IPC_SET, kKernelAddress), EINVAL);
        EXPECT_ERR(play(kAlice, [&] { return shmctl_by(way, segment.id(), IPC_SET, place); }),
                   EPERM);
    }
}

TEST(stat_writes_a_whole_structure_or_fails)
{
    const Segment segment;
    const GuardedBuffer memory;
    for (const Way way : kEveryWay) {
        const std::size_t size =
            way == Way::Old ? sizeof(sysv::OldSegmentStat) : sizeof(sysv::SegmentStat);
        EXPECT_OK(shmctl_by(way, segment.id(), IPC_STAT, memory.with_room_for(size)));
        EXPECT_ERR(shmctl_by(way, segment.id(), IPC_STAT, memory.with_room_for(size - 1)), EFAULT);
    }
}

// Of the limits in the current version, those of the older one.
sysv::OldShmLimits old_version(const sysv::ShmLimits& limits)
{
    return { static_cast<std::int32_t>(limits.shmmax), static_cast<std::int32_t>(limits.shmmin),
             static_cast<std::int32_t>(limits.shmmni), static_cast<std::int32_t>(limits.shmseg),
             static_cast<std::int32_t>(limits.shmall) };
}

void expect_limits_everywhere(unsigned long shmmax, unsigned long shmall)
{
    auto expected = zeros<sysv::ShmLimits>();
    expected.shmmax = shmmax;
    expected.shmmin = 1;
    expected.shmmni = static_cast<unsigned long>(*read_number("/proc/sys/kernel/shmmni"));
    expected.shmseg = expected.shmmni;
    expected.shmall = shmall;
    const auto expect = [&]<class T>(Way way, const T& wanted) {
        Written<T> limits;
        EXPECT_OK(shmctl_by(way, 0, IPC_INFO, limits.place()));
        limits.expect(wanted);
    };
    for (const Way way : kCurrentWays)
        expect(way, expected);
    expect(Way::Old, old_version(expected));
}

TEST(the_limit_of_a_segment_is_clamped_to_an_int)
{
    {
        const LimitOverride shmmax { "shmmax", "2147483646" };
        expect_limits_everywhere(0x7fff'fffe, sysv::kShownShmall);
    }
    for (const char* bytes : { "2147483647", "2147483648", "4294967296", "18446744073692774399" }) {
        const LimitOverride shmmax { "shmmax", bytes };
        expect_limits_everywhere(INT_MAX, sysv::kShownShmall);
    }
}

TEST(the_limit_of_all_pages_shows_its_lower_half)
{
    const LimitOverride shmall { "shmall", "78187493520" }; // 0x12'3456'7890
    expect_limits_everywhere(INT_MAX, 0x3456'7890);
}

TEST(limits_are_written_whole_or_fail)
{
    const GuardedBuffer memory;
    for (const Way way : kEveryWay) {
        const std::size_t size =
            way == Way::Old ? sizeof(sysv::OldShmLimits) : sizeof(sysv::ShmLimits);
        EXPECT_OK(shmctl_by(way, 0, IPC_INFO, memory.with_room_for(size)));
        EXPECT_ERR(shmctl_by(way, 0, IPC_INFO, memory.with_room_for(size - 1)), EFAULT);
    }
}

TEST(usage_is_the_same_in_both_versions)
{
    const Segment segment { 3 * kPage };
    const Attachment attachment { segment };
    attachment[0] = 'x';
    auto expected = zeros<sysv::ShmUsage>();
    const auto index = sysv::shmctl(0, SHM_INFO, &expected);
    EXPECT(expected.used_ids >= 1 && expected.shm_tot >= 3 && expected.shm_rss >= 1);
    const GuardedBuffer memory;
    for (const Way way : kEveryWay) {
        Written<sysv::ShmUsage> usage;
        EXPECT_EQ(shmctl_by(way, 0, SHM_INFO, usage.place()), index);
        usage.expect(expected);
        EXPECT_ERR(shmctl_by(way, 0, SHM_INFO, memory.with_room_for(sizeof(expected) - 1)), EFAULT);
    }
}

TEST(segments_are_locked_and_unlocked_in_either_version)
{
    const Segment segment;
    for (const Way way : kEveryWay) {
        EXPECT_OK(shmctl_by(way, segment.id(), SHM_LOCK));
        EXPECT_EQ(segment.stat().perm.mode, sysv::kLocked | 0600);
        EXPECT_OK(shmctl_by(way, segment.id(), SHM_UNLOCK));
        EXPECT_EQ(segment.stat().perm.mode, 0600u);
    }
}

TEST(segments_are_removed_in_either_version)
{
    for (const Way way : kEveryWay) {
        const auto id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
        EXPECT_OK(shmctl_by(way, id, IPC_RMID));
        EXPECT_ERR(shmctl_by(way, id, IPC_RMID), EINVAL);
    }
}

TEST(unknown_commands_are_einval_in_either_version)
{
    const Segment segment;
    sysv::SegmentStat buffer;
    for (const Way way : { Way::Current, Way::Old })
        for (const int command : { 4, 10, 16, 99, 0x200, 0x1000, -1, INT_MIN })
            EXPECT_ERR(shmctl_by(way, segment.id(), command, &buffer), EINVAL);
}

} // namespace
