// SPDX-License-Identifier: GPL-2.0
/*
 * Semaphores of 32-bit programs: times of 32 bits, and semid_ds in both versions.
 */
#include "compat/compat_check.hpp"
#include "lib/proc_table.hpp"
#include "lib/sem_set.hpp"

#include <array>
#include <climits>

namespace {

namespace original = sysv::original;

Outcome semctl_by(Way way, int id, int number, int command, unsigned long argument = 0)
{
    if (way == Way::Direct)
        return sysv::semctl(id, number, command, argument);
    return original::semctl(id, number, command_by(way, command), argument);
}
Outcome semctl_by(Way way, int id, int number, int command, const void* argument)
{
    return semctl_by(way, id, number, command, reinterpret_cast<unsigned long>(argument));
}

Outcome semtimedop_by_old_time(const SemSet& set, const sembuf& one, const sysv::OldTime& timeout)
{
    return original::semtimedop(set.id(), &one, 1, &timeout);
}

sysv::OldSetStat old_version(const sysv::SetStat& stat)
{
    auto old = zeros<sysv::OldSetStat>();
    old.perm = old_perm(stat.perm);
    old.otime = static_cast<std::int32_t>(stat.otime);
    old.ctime = static_cast<std::int32_t>(stat.ctime);
    old.nsems = static_cast<std::uint16_t>(stat.nsems);
    return old;
}

void expect_stat_everywhere(const SemSet& set)
{
    const auto stat = set.stat();
    const int index = sysv::index_of(set.id());
    const auto expect = [&]<class T>(Way way, const T& expected) {
        Written<T> by_id, by_index, by_index_any;
        EXPECT_EQ(semctl_by(way, set.id(), 0, IPC_STAT, by_id.place()), Outcome::raw(0));
        by_id.expect(expected);
        EXPECT_EQ(semctl_by(way, index, 0, SEM_STAT, by_index.place()), Outcome::raw(set.id()));
        by_index.expect(expected);
        EXPECT_EQ(semctl_by(way, index, 0, SEM_STAT_ANY, by_index_any.place()),
                  Outcome::raw(set.id()));
        by_index_any.expect(expected);
    };
    for (const Way way : kCurrentWays)
        expect(way, stat);
    expect(Way::Old, old_version(stat));
}

TEST(a_time_of_32_bits_passes)
{
    const SemSet set;
    EXPECT_ERR(semtimedop_by_old_time(set, down(), { 0, 0 }), EAGAIN);
    EXPECT_ERR(semtimedop_by_old_time(set, down(), { 0, 20'000'000 }), EAGAIN);
    EXPECT_OK(semtimedop_by_old_time(set, up(), { 0, 0 }));
    EXPECT_OK(semtimedop_by_old_time(set, down(), { 0, 0 }));
}

TEST(operations_become_possible_before_a_time_of_32_bits_has_passed)
{
    for (const sysv::OldTime timeout : { sysv::OldTime { 3600, 0 }, { INT_MAX, 999'999'999 } }) {
        const SemSet set;
        Actor sleeper { [&] { return semtimedop_by_old_time(set, down(), timeout); } };
        sleeper.wait_asleep_in(original::kSemtimedopNumber);
        REQUIRE_OK(set.operate({ up() }));
        EXPECT_OK(sleeper.join());
    }
}

TEST(an_invalid_time_is_einval)
{
    const SemSet set;
    for (const sysv::OldTime timeout : { sysv::OldTime { -1, 0 },
                                         { INT_MIN, 0 },
                                         { 0, -1 },
                                         { 0, INT_MIN },
                                         { 0, 1'000'000'000 },
                                         { 0, INT_MAX } })
        EXPECT_ERR(semtimedop_by_old_time(set, up(), timeout), EINVAL);
    EXPECT_EQ(set.value(), 0);
}

TEST(a_time_out_is_read_first_and_8_bytes_of_it)
{
    const SemSet set;
    const sembuf one = up();
    const GuardedBuffer memory;
    const auto operate_until = [&](long count, const void* timeout) {
        return original::semtimedop(set.id(), &one, count, timeout);
    };
    EXPECT_ERR(operate_until(-1, kKernelAddress), EFAULT);
    EXPECT_ERR(operate_until(1, memory.with_room_for(7)), EFAULT);
    EXPECT_OK(operate_until(1, memory.with_room_for(8)));
    EXPECT_OK(operate_until(1, kNull));
    EXPECT_EQ(set.value(), 2);
}

TEST(the_upper_half_of_64_bit_nanoseconds_is_ignored)
{
    struct Time {
        std::int64_t seconds;
        std::int32_t nanoseconds;
        std::int32_t upper;
    };
    const SemSet set;
    const auto operate_until = [&](sembuf one, Time timeout) {
        return Outcome::of(syscall(SYS_semtimedop_time64, set.id(), &one, 1, &timeout));
    };
    EXPECT_OK(operate_until(up(), { 0, 1, -1 }));
    EXPECT_OK(operate_until(up(), { 0, 1, 0x12345678 }));
    EXPECT_ERR(operate_until(zero(), { 0, 20'000'000, 77 }), EAGAIN);
    EXPECT_ERR(operate_until(up(), { 0, -1, 0 }), EINVAL);
    EXPECT_ERR(operate_until(up(), { 0, -1, -1 }), EINVAL);
    EXPECT_ERR(operate_until(up(), { 0, 1'000'000'000, 0 }), EINVAL);
    EXPECT_ERR(operate_until(up(), { -1, 0, 0 }), EINVAL);
    EXPECT_OK(operate_until(up(), { std::int64_t { 1 } << 40, 0, 0 }));
    EXPECT_EQ(set.value(), 3);
}

TEST(undo_works_by_every_call)
{
    const SemSet set;
    in_a_process([&] {
        const sembuf one = undone(up(0, 5));
        EXPECT_OK(original::semop(set.id(), &one, 1));
        EXPECT_OK(semtimedop_by_old_time(set, one, { 1, 0 }));
        EXPECT_OK(set.operate_within({ one }, kLong));
        EXPECT_EQ(set.value(), 15);
    });
    EXPECT_EQ(set.value(), 0);
}

TEST(values_are_set_and_got_in_either_version)
{
    for (const Way way : kEveryWay) {
        const SemSet set { 3 };
        EXPECT_OK(semctl_by(way, set.id(), 1, SETVAL, 9));
        EXPECT_EQ(semctl_by(way, set.id(), 1, GETVAL), Outcome::raw(9));
        EXPECT_EQ(semctl_by(way, set.id(), 1, GETPID), Outcome::raw(getpid()));
        EXPECT_EQ(semctl_by(way, set.id(), 1, GETNCNT), Outcome::raw(0));
        EXPECT_EQ(semctl_by(way, set.id(), 1, GETZCNT), Outcome::raw(0));
        EXPECT_ERR(semctl_by(way, set.id(), 1, SETVAL, static_cast<unsigned long>(-1)), ERANGE);
        EXPECT_ERR(semctl_by(way, set.id(), 3, GETVAL), EINVAL);
        const std::array<unsigned short, 3> wanted { 5, 6, 7 };
        EXPECT_OK(semctl_by(way, set.id(), 0, SETALL, wanted.data()));
        Written<std::array<unsigned short, 3>> got;
        EXPECT_OK(semctl_by(way, set.id(), 0, GETALL, got.place()));
        got.expect(wanted);
        EXPECT_ERR(semctl_by(way, set.id(), 0, GETALL, kNull), EFAULT);
    }
}

TEST(waiters_are_counted_in_either_version)
{
    const SemSet set { Values { 0 } };
    const Actor decreaser = sleeper_in(set, { down() });
    for (const Way way : kEveryWay) {
        EXPECT_EQ(semctl_by(way, set.id(), 0, GETNCNT), Outcome::raw(1));
        EXPECT_EQ(semctl_by(way, set.id(), 0, GETZCNT), Outcome::raw(0));
    }
}

TEST(stat_is_right_in_every_byte_of_both_versions)
{
    expect_stat_everywhere(SemSet { 1, 0640 });
    const SemSet used { 7, 0652, unused_set_key() };
    auto wanted = used.stat();
    wanted.perm.uid = 70000;
    wanted.perm.gid = 4005;
    REQUIRE_OK(used.set(wanted));
    REQUIRE_OK(used.operate({ up(3) }));
    expect_stat_everywhere(used);
    sysv::OldSetStat stat {};
    REQUIRE_OK(semctl_by(Way::Old, used.id(), 0, IPC_STAT, &stat));
    EXPECT_EQ(stat.perm.uid, sysv::kOverflowId);
    EXPECT_EQ(stat.nsems, 7);
}

TEST(times_beyond_32_bits_are_split_into_two_halves)
{
    const ClockOverride clock { kFarAway };
    const SemSet set;
    REQUIRE_OK(set.operate({ up() }));
    for (const Way way : kCurrentWays) {
        sysv::SetStat stat;
        REQUIRE_OK(semctl_by(way, set.id(), 0, IPC_STAT, &stat));
        for (const auto time : { stat.otime, stat.ctime })
            EXPECT(time >= kFarAway && time < kFarAway + 3600);
    }
    expect_stat_everywhere(set);
}

TEST(set_takes_owner_and_mode_of_either_version_and_reads_no_more)
{
    const GuardedBuffer memory;
    for (const Way way : kEveryWay) {
        const SemSet set { 1, 0600 };
        sysv::OldPerm old {};
        sysv::Perm current {};
        old.uid = 1001, old.gid = 65535, old.mode = 0123;
        current.uid = 1001, current.gid = 65535, current.mode = 0123;
        const void* perm = way == Way::Old ? static_cast<void*>(&old) : &current;
        const std::size_t size = way == Way::Old ? sizeof(old) : sizeof(current);
        std::byte* place = memory.with_room_for(size);
        std::memcpy(place, perm, size);
        EXPECT_OK(semctl_by(way, set.id(), 0, IPC_SET, place));
        EXPECT_EQ(set.stat().perm.uid, 1001u);
        EXPECT_EQ(set.stat().perm.gid, 65535u);
        EXPECT_EQ(set.stat().perm.mode, 0123u);
        EXPECT_ERR(semctl_by(way, set.id(), 0, IPC_SET, memory.with_room_for(size - 1)), EFAULT);
        EXPECT_ERR(semctl_by(way, INT_MAX, 0, IPC_SET, place), EINVAL);
        EXPECT_ERR(semctl_by(way, -1, 0, IPC_SET, kKernelAddress), EINVAL);
        EXPECT_ERR(play(kAlice, [&] { return semctl_by(way, set.id(), 0, IPC_SET, place); }),
                   EPERM);
    }
}

TEST(stat_writes_a_whole_structure_or_fails)
{
    const SemSet set;
    const GuardedBuffer memory;
    for (const Way way : kEveryWay) {
        const std::size_t size = way == Way::Old ? sizeof(sysv::OldSetStat) : sizeof(sysv::SetStat);
        EXPECT_OK(semctl_by(way, set.id(), 0, IPC_STAT, memory.with_room_for(size)));
        EXPECT_ERR(semctl_by(way, set.id(), 0, IPC_STAT, memory.with_room_for(size - 1)), EFAULT);
    }
}

TEST(both_kinds_of_info_are_the_same_in_both_versions)
{
    const SemSet set { 5 };
    for (const int command : { IPC_INFO, SEM_INFO }) {
        auto expected = zeros<sysv::SemInfo>();
        const auto index = sysv::semctl(0, 0, command, &expected);
        for (const Way way : kEveryWay) {
            Written<sysv::SemInfo> info;
            EXPECT_EQ(semctl_by(way, 0, 0, command, info.place()), index);
            info.expect(expected);
            EXPECT_ERR(semctl_by(way, 0, 0, command, kNull), EFAULT);
        }
    }
}

TEST(sets_are_removed_in_either_version)
{
    for (const Way way : kEveryWay) {
        const auto id = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600)));
        EXPECT_OK(semctl_by(way, id, 0, IPC_RMID));
        EXPECT_ERR(semctl_by(way, id, 0, IPC_RMID), EINVAL);
    }
}

TEST(unknown_commands_are_einval_in_either_version)
{
    const SemSet set;
    sysv::SetStat buffer;
    for (const Way way : { Way::Current, Way::Old })
        for (const int command : { 4, 10, 21, 99, 0x200, 0x1000, -1, INT_MIN })
            EXPECT_ERR(semctl_by(way, set.id(), 0, command, &buffer), EINVAL);
}

} // namespace
