// SPDX-License-Identifier: GPL-2.0
/*
 * semctl(2): IPC_RMID, and the errors of all commands in their order.
 * Values: test_semctl_values.cpp.  IPC_SET: test_semctl_set.cpp.  What is reported:
 * test_sem_info.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <array>
#include <climits>

namespace {

constexpr int kEveryCommand[] = { IPC_RMID, IPC_SET,      IPC_STAT, IPC_INFO, SEM_STAT,
                                  SEM_INFO, SEM_STAT_ANY, GETPID,   GETVAL,   GETALL,
                                  GETNCNT,  GETZCNT,      SETVAL,   SETALL };
constexpr int kReadingOneSemaphore[] = { GETVAL, GETPID, GETNCNT, GETZCNT };

constexpr const void* kNowhere = nullptr;

Outcome control_as_stranger(const SemSet& set, int number, int command, const void* argument)
{
    return play(kAlice, [&] { return sysv::semctl(set.id(), number, command, argument); });
}

TEST(remove_takes_the_set_away)
{
    SemSet set { 3 };
    const int id = set.id();
    EXPECT_EQ(set.remove(), Outcome::raw(0));
    EXPECT_ERR(sysv::semctl(id, 0, GETVAL), EINVAL);
    EXPECT_ERR(operate(id, { up() }), EINVAL);
}

TEST(remove_ignores_number_and_argument)
{
    SemSet set;
    EXPECT_EQ(sysv::semctl(set.id(), -5, IPC_RMID, kKernelAddress), Outcome::raw(0));
    EXPECT_ERR(set.remove(), EINVAL);
}

TEST(remove_is_for_owner_creator_and_root)
{
    SemSet set { 1, 0666 };
    EXPECT_ERR(control_as_stranger(set, 0, IPC_RMID, kNowhere), EPERM);
    auto wanted = set.stat();
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(set.set(wanted));
    EXPECT_OK(control_as_stranger(set, 0, IPC_RMID, kNowhere));
    EXPECT_ERR(set.remove(), EINVAL);
}

TEST(the_creator_may_remove_a_set_of_another_owner)
{
    EXPECT_OK(play(kAlice, [] {
        SemSet set;
        auto wanted = set.stat();
        wanted.perm.uid = kBob.uid;
        REQUIRE_OK(set.set(wanted));
        return set.remove();
    }));
}

TEST(root_without_cap_sys_admin_may_not_change_or_remove_sets_of_others)
{
    EXPECT_OK(Actor([] {
                  borrow(kAlice);
                  const SemSet of_alice { 1, 0666 };
                  return_to_root();
                  drop_capability(CAP_SYS_ADMIN);
                  EXPECT_ERR(of_alice.control(IPC_RMID), EPERM);
                  EXPECT_ERR(of_alice.set(of_alice.stat()), EPERM);
                  borrow(kAlice);
                  return of_alice.control(IPC_RMID);
              }).join());
}

TEST(negative_ids_are_einval_for_every_semctl_command)
{
    for (const int command : kEveryCommand)
        for (const int id : { -1, INT_MIN })
            EXPECT_ERR(sysv::semctl(id, 0, command, kNowhere), EINVAL);
}

TEST(ids_that_do_not_exist_are_einval_for_every_command_that_takes_one)
{
    SemSet removed;
    const int old_id = removed.id();
    REQUIRE_OK(removed.remove());
    std::array<char, 256> buffer {};
    for (const int command : kEveryCommand) {
        if (command == IPC_INFO || command == SEM_INFO)
            continue;
        EXPECT_ERR(sysv::semctl(INT_MAX, 0, command, buffer.data()),
                   command == SETVAL ? ERANGE : EINVAL);
        if (command != SEM_STAT && command != SEM_STAT_ANY && command != SETVAL)
            EXPECT_ERR(sysv::semctl(old_id, 0, command, buffer.data()), EINVAL);
    }
    EXPECT_ERR(sysv::semctl(old_id, 0, SETVAL, 1ul), EINVAL);
}

TEST(unknown_semctl_commands_are_einval)
{
    const SemSet set;
    std::array<char, 256> buffer {};
    for (int command = 4; command < 300; ++command) {
        const int known = sizeof(long) == 8 ? command : command & ~sysv::kIpc64;
        if (std::ranges::find(kEveryCommand, known) == std::end(kEveryCommand))
            EXPECT_ERR(sysv::semctl(set.id(), 0, command, buffer.data()), EINVAL);
    }
    for (const int command : { -1, INT_MIN, INT_MAX, 0x10000 })
        EXPECT_ERR(sysv::semctl(set.id(), 0, command, buffer.data()), EINVAL);
}

#ifdef __LP64__ // to the semctl() of a 32-bit program it is no stranger
TEST(the_version_bit_of_old_abis_makes_a_command_unknown)
{
    const SemSet set;
    std::array<char, 256> buffer {};
    for (const int command : kEveryCommand)
        EXPECT_ERR(sysv::semctl(set.id(), 0, command | sysv::kIpc64, buffer.data()), EINVAL);
}
#endif

TEST(semaphore_numbers_outside_the_set_are_einval)
{
    const SemSet set { 3 };
    for (const int number : { 3, 4, 65536, INT_MAX, -1, INT_MIN }) {
        for (const int command : kReadingOneSemaphore)
            EXPECT_ERR(set.control(command, number), EINVAL);
        EXPECT_ERR(set.set_value(number, 1), EINVAL);
    }
}

TEST(reading_one_semaphore_needs_read_permission)
{
    const SemSet readable { 3, 0604 };
    const SemSet writable { 3, 0602 };
    for (const int command : kReadingOneSemaphore) {
        EXPECT_OK(control_as_stranger(readable, 0, command, kNowhere));
        EXPECT_ERR(control_as_stranger(writable, 0, command, kNowhere), EACCES);
    }
}

TEST(reading_checks_permission_before_the_semaphore_number)
{
    const SemSet set { 3, 0602 };
    for (const int command : kReadingOneSemaphore)
        EXPECT_ERR(control_as_stranger(set, 3, command, kNowhere), EACCES);
}

TEST(setval_needs_write_permission)
{
    const SemSet readable { 3, 0604 };
    EXPECT_ERR(play(kAlice, [&] { return readable.set_value(0, 1); }), EACCES);
    const SemSet writable { 3, 0602 };
    EXPECT_OK(play(kAlice, [&] { return writable.set_value(0, 1); }));
}

TEST(setval_checks_the_semaphore_number_before_permission)
{
    const SemSet set { 3, 0604 };
    EXPECT_ERR(play(kAlice, [&] { return set.set_value(3, 1); }), EINVAL);
}

TEST(setval_checks_the_value_first)
{
    const SemSet set { 3, 0604 };
    EXPECT_ERR(set.set_value(3, 32768), ERANGE);
    EXPECT_ERR(play(kAlice, [&] { return set.set_value(0, -1); }), ERANGE);
    EXPECT_ERR(sysv::semctl(INT_MAX, 0, SETVAL, 32768ul), ERANGE);
    EXPECT_ERR(sysv::semctl(-1, 0, SETVAL, 32768ul), EINVAL);
}

TEST(getall_needs_read_permission_and_checks_it_before_the_buffer)
{
    const SemSet set { 3, 0602 };
    EXPECT_ERR(control_as_stranger(set, 0, GETALL, kNowhere), EACCES);
    REQUIRE_OK(set.set_mode(0604));
    EXPECT_ERR(control_as_stranger(set, 0, GETALL, kNowhere), EFAULT);
}

TEST(setall_needs_write_permission_and_checks_it_before_the_buffer)
{
    const SemSet set { 3, 0604 };
    EXPECT_ERR(control_as_stranger(set, 0, SETALL, kNowhere), EACCES);
    REQUIRE_OK(set.set_mode(0602));
    EXPECT_ERR(control_as_stranger(set, 0, SETALL, kNowhere), EFAULT);
}

TEST(commands_on_the_whole_set_ignore_the_semaphore_number)
{
    const SemSet set { 3 };
    for (const int number : { 3, -1, INT_MAX, INT_MIN }) {
        Values values { 1, 2, 3 };
        EXPECT_OK(sysv::semctl(set.id(), number, SETALL, values.data()));
        EXPECT_OK(sysv::semctl(set.id(), number, GETALL, values.data()));
        auto stat = set.stat();
        EXPECT_OK(sysv::semctl(set.id(), number, IPC_STAT, &stat));
        EXPECT_OK(sysv::semctl(set.id(), number, IPC_SET, &stat));
    }
}

TEST(stat_of_a_set_writes_nothing_when_it_fails)
{
    const SemSet set { 1, 0600 };
    (void)play(kAlice, [&] {
        std::array<unsigned char, sizeof(sysv::SetStat)> bytes;
        bytes.fill(0xaa);
        EXPECT_ERR(sysv::semctl(set.id(), 0, IPC_STAT, bytes.data()), EACCES);
        EXPECT_ERR(sysv::semctl(INT_MAX, 0, IPC_STAT, bytes.data()), EINVAL);
        EXPECT(std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0xaa; }));
        return Outcome::raw(0);
    });
}

TEST(stat_checks_the_set_and_read_permission_before_it_writes)
{
    const SemSet set { 1, 0600 };
    for (const int command : { IPC_STAT, SEM_STAT }) {
        EXPECT_ERR(sysv::semctl(INT_MAX, 0, command, kNowhere), EINVAL);
        EXPECT_ERR(control_as_stranger(set, 0, command, kNowhere), EACCES);
        EXPECT_ERR(sysv::semctl(set.id(), 0, command, kNowhere), EFAULT);
        EXPECT_ERR(sysv::semctl(set.id(), 0, command, kKernelAddress), EFAULT);
    }
}

TEST(reading_commands_of_semctl_need_the_whole_structure_writable)
{
    const SemSet set;
    const GuardedBuffer memory;
    const std::byte* cut = memory.with_room_for(sizeof(sysv::SetStat) - 1);
    for (const int command : { IPC_STAT, SEM_STAT, SEM_STAT_ANY })
        EXPECT_ERR(sysv::semctl(set.id(), 0, command, cut), EFAULT);
    cut = memory.with_room_for(sizeof(sysv::SemInfo) - 1);
    for (const int command : { IPC_INFO, SEM_INFO })
        EXPECT_ERR(sysv::semctl(0, 0, command, cut), EFAULT);
}

TEST(reading_commands_of_semctl_write_no_more_than_the_structure)
{
    const SemSet set;
    const GuardedBuffer memory;
    const std::byte* place = memory.with_room_for(sizeof(sysv::SetStat));
    for (const int command : { IPC_STAT, SEM_STAT, SEM_STAT_ANY })
        EXPECT_OK(sysv::semctl(set.id(), 0, command, place));
    place = memory.with_room_for(sizeof(sysv::SemInfo));
    for (const int command : { IPC_INFO, SEM_INFO })
        EXPECT_OK(sysv::semctl(0, 0, command, place));
}

TEST(unused_indices_are_einval_for_the_stat_commands)
{
    sysv::SetStat stat {};
    SemSet set;
    const int index = sysv::index_of(set.id());
    REQUIRE_OK(set.remove());
    for (const int command : { SEM_STAT, SEM_STAT_ANY })
        EXPECT_ERR(sysv::semctl(index, 0, command, &stat), EINVAL);
}

} // namespace
