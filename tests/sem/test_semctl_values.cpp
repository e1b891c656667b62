// SPDX-License-Identifier: GPL-2.0
/*
 * semctl(2): GETVAL, SETVAL, GETALL, SETALL and GETPID.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <climits>
#include <sys/mman.h>

namespace {

constexpr int kHighest = sysv::kHighestValue;

// A different value for each semaphore.
Values numbered(std::size_t count)
{
    Values values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<unsigned short>(i * 7 % 32768);
    return values;
}

TEST(setval_sets_one_value)
{
    const SemSet set { 3 };
    EXPECT_EQ(set.set_value(1, 77), Outcome::raw(0));
    EXPECT_EQ(set.text(), "0 77 0");
    EXPECT_OK(set.set_value(1, 0));
    EXPECT_EQ(set.text(), "0 0 0");
}

TEST(setval_takes_zero_to_the_highest_value)
{
    const SemSet set;
    for (const int value : { 0, 1, kHighest }) {
        EXPECT_OK(set.set_value(0, value));
        EXPECT_EQ(set.value(), value);
    }
}

TEST(setval_of_a_value_out_of_range_is_erange_and_changes_nothing)
{
    const SemSet set { Values { 5 } };
    for (const int value : { -1, INT_MIN, kHighest + 1, 65535, 65536, INT_MAX })
        EXPECT_ERR(set.set_value(0, value), ERANGE);
    EXPECT_EQ(set.value(), 5);
}

TEST(setval_uses_32_bits_of_its_argument)
{
    const SemSet set;
#ifdef __LP64__
    EXPECT_OK(set.control(SETVAL, 0, (1ul << 32) + 5));
    EXPECT_EQ(set.value(), 5);
    EXPECT_OK(set.control(SETVAL, 0, 0xffff'ffff'0000'0006));
    EXPECT_EQ(set.value(), 6);
#endif
    EXPECT_ERR(set.control(SETVAL, 0, 0x0000'0000'ffff'ffff), ERANGE);
}

TEST(setval_records_the_process_on_its_semaphore_only)
{
    const SemSet set { 3 };
    Actor other { [&] { return set.set_value(1, 5); } };
    const pid_t pid = other.pid();
    REQUIRE_OK(other.join());
    EXPECT_EQ(set.last_pid(0), 0);
    EXPECT_EQ(set.last_pid(1), pid);
    EXPECT_EQ(set.last_pid(2), 0);
}

TEST(setval_to_the_present_value_records_the_process_too)
{
    const SemSet set;
    REQUIRE_OK(set.set_value(0, 0));
    EXPECT_EQ(set.last_pid(), getpid());
}

TEST(setval_records_the_time_of_change_and_not_of_operation)
{
    const SemSet set;
    const auto created = set.stat().ctime;
    wait_for_second_after(created);
    REQUIRE_OK(set.set_value(0, 1));
    EXPECT(set.stat().ctime > created);
    EXPECT_EQ(set.stat().otime, 0);
}

TEST(setval_that_fails_records_nothing)
{
    const SemSet set;
    const auto before = set.stat();
    wait_for_second_after(before.ctime);
    EXPECT_ERR(set.set_value(0, kHighest + 1), ERANGE);
    EXPECT_ERR(set.set_value(1, 0), EINVAL);
    const auto after = set.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
    EXPECT_EQ(set.last_pid(), 0);
}

TEST(getval_returns_the_value)
{
    const SemSet set { Values { 0, 1, kHighest } };
    EXPECT_EQ(set.control(GETVAL, 0), Outcome::raw(0));
    EXPECT_EQ(set.control(GETVAL, 1), Outcome::raw(1));
    EXPECT_EQ(set.control(GETVAL, 2), Outcome::raw(kHighest));
}

TEST(reading_commands_on_one_semaphore_ignore_their_argument)
{
    const SemSet set { Values { 3 } };
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT })
        EXPECT_OK(sysv::semctl(set.id(), 0, command, kKernelAddress));
}

TEST(setall_and_getall_carry_all_values)
{
    for (const std::size_t count : { 1, 2, 255, 256, 257, 1000 }) {
        const SemSet set { static_cast<int>(count) };
        const auto values = numbered(count);
        EXPECT_EQ(set.set_values(values), Outcome::raw(0));
        Values read(count, 0xaaaa);
        EXPECT_EQ(sysv::semctl(set.id(), 0, GETALL, read.data()), Outcome::raw(0));
        EXPECT(read == values);
    }
}

TEST(the_largest_set_carries_all_its_values)
{
    const auto count = static_cast<std::size_t>(sem_info(IPC_INFO).semmsl);
    const SemSet set { static_cast<int>(count) };
    auto values = numbered(count);
    REQUIRE_OK(set.set_values(values));
    EXPECT(set.values() == values);
    values.back() = 32768;
    EXPECT_ERR(set.set_values(values), ERANGE);
    values.back() = 1;
    values.front() = 1;
    REQUIRE_OK(set.set_values(values));
    EXPECT(set.values() == values);
}

TEST(getall_writes_exactly_two_bytes_for_each_semaphore)
{
    const GuardedBuffer memory;
    for (const int count : { 3, 300 }) {
        const SemSet set { count };
        const auto size = static_cast<std::size_t>(count) * 2;
        EXPECT_OK(sysv::semctl(set.id(), 0, GETALL, memory.with_room_for(size)));
        EXPECT_ERR(sysv::semctl(set.id(), 0, GETALL, memory.with_room_for(size - 1)), EFAULT);
    }
}

TEST(setall_reads_exactly_two_bytes_for_each_semaphore)
{
    const GuardedBuffer memory;
    for (const int count : { 3, 300 }) {
        const SemSet set { count };
        const auto size = static_cast<std::size_t>(count) * 2;
        EXPECT_OK(sysv::semctl(set.id(), 0, SETALL, memory.with_room_for(size)));
        EXPECT_ERR(sysv::semctl(set.id(), 0, SETALL, memory.with_room_for(size - 1)), EFAULT);
    }
}

TEST(getall_into_unwritable_memory_is_efault)
{
    const SemSet set { 3 };
    const GuardedBuffer memory;
    memory.protect(PROT_READ);
    for (const void* buffer :
         { static_cast<const void*>(nullptr), static_cast<const void*>(kKernelAddress),
           static_cast<const void*>(memory.with_room_for(6)) })
        EXPECT_ERR(sysv::semctl(set.id(), 0, GETALL, buffer), EFAULT);
}

TEST(setall_from_unreadable_memory_is_efault_and_changes_nothing)
{
    const SemSet set { Values { 1, 2, 3 } };
    for (const void* buffer :
         { static_cast<const void*>(nullptr), static_cast<const void*>(kKernelAddress) })
        EXPECT_ERR(sysv::semctl(set.id(), 0, SETALL, buffer), EFAULT);
    EXPECT_EQ(set.text(), "1 2 3");
}

TEST(setall_with_one_value_out_of_range_changes_nothing)
{
    const SemSet set { Values { 1, 2, 3 } };
    const auto before = set.stat();
    wait_for_second_after(before.ctime);
    for (const unsigned short bad : { 32768, 40000, 65535 })
        for (std::size_t place = 0; place < 3; ++place) {
            Values values { 4, 5, 6 };
            values[place] = bad;
            EXPECT_ERR(Actor([&] { return set.set_values(values); }).join(), ERANGE);
        }
    EXPECT_EQ(set.text(), "1 2 3");
    EXPECT_EQ(set.last_pid(0), getpid());
    const auto after = set.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
}

TEST(setall_takes_the_highest_value)
{
    const SemSet set { 2 };
    EXPECT_OK(set.set_values({ 32767, 0 }));
    EXPECT_EQ(set.text(), "32767 0");
}

TEST(setall_records_the_process_on_every_semaphore)
{
    const SemSet set { 3 };
    Actor other { [&] { return set.set_values({ 0, 1, 2 }); } };
    const pid_t pid = other.pid();
    REQUIRE_OK(other.join());
    for (const int number : { 0, 1, 2 })
        EXPECT_EQ(set.last_pid(number), pid);
}

TEST(setall_records_the_time_of_change_and_not_of_operation)
{
    const SemSet set { 3 };
    const auto created = set.stat().ctime;
    wait_for_second_after(created);
    REQUIRE_OK(set.set_values({ 1, 2, 3 }));
    EXPECT(set.stat().ctime > created);
    EXPECT_EQ(set.stat().otime, 0);
}

TEST(setall_after_operations_keeps_the_time_of_operation)
{
    const SemSet set { 3 };
    REQUIRE_OK(set.operate({ up() }));
    const auto operated = set.stat().otime;
    wait_for_second_after(operated);
    REQUIRE_OK(set.set_values({ 1, 2, 3 }));
    REQUIRE_OK(set.set_value(0, 9));
    EXPECT_EQ(set.stat().otime, operated);
}

TEST(reading_changes_nothing)
{
    const SemSet set { Values { 1, 2, 3 } };
    const auto before = set.stat();
    wait_for_second_after(before.ctime);
    EXPECT_OK(Actor([&] {
                  EXPECT_EQ(set.text(), "1 2 3");
                  for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT })
                      EXPECT_OK(set.control(command, 1));
                  return Outcome::raw(0);
              }).join());
    const auto after = set.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
    EXPECT_EQ(set.last_pid(1), getpid());
}

TEST(getpid_returns_the_last_process_of_each_semaphore)
{
    const SemSet set { 3 };
    pid_t pids[3];
    for (int number = 0; number < 3; ++number) {
        Actor other { [&] { return set.operate({ up(number) }); } };
        pids[number] = other.pid();
        REQUIRE_OK(other.join());
    }
    for (int number = 0; number < 3; ++number)
        EXPECT_EQ(set.last_pid(number), pids[number]);
}

} // namespace
