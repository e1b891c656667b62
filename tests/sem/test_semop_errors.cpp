// SPDX-License-Identifier: GPL-2.0
/*
 * The errors of semop(2), and of semtimedop(2) where it checks its array: which comes first.
 * Timeouts: test_sem_timeout.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <climits>
#include <sys/mman.h>

namespace {

const sembuf* const kNullOperations = nullptr;
const sembuf* const kKernelOperations = static_cast<const sembuf*>(kKernelAddress);
constexpr std::size_t kSemopm = sysv::kDefaultSemopm;

// Operations that stand at the very end of usable memory.
const sembuf* at_the_end_of(const GuardedBuffer& memory, const Operations& operations,
                            int missing = 0)
{
    const auto size = operations.size() * sizeof(sembuf);
    std::byte* place = memory.with_room_for(size - static_cast<std::size_t>(missing));
    std::memcpy(place, operations.data(), size - static_cast<std::size_t>(missing));
    return reinterpret_cast<const sembuf*>(place);
}

Outcome operate_as_stranger(const SemSet& set, const Operations& operations)
{
    return play(kAlice, [&] { return set.attempt(operations); });
}

TEST(no_operations_is_einval)
{
    const SemSet set;
    const sembuf one = up();
    EXPECT_ERR(sysv::semop(set.id(), &one, 0), EINVAL);
    EXPECT_ERR(sysv::semop(set.id(), kNullOperations, 0), EINVAL);
}

TEST(as_many_as_semopm_operations_are_done)
{
    const SemSet set;
    EXPECT_OK(set.operate(times(kSemopm, up())));
    EXPECT_EQ(set.value(), kSemopm);
}

TEST(more_than_semopm_operations_is_e2big)
{
    const SemSet set;
    EXPECT_ERR(set.operate(times(kSemopm + 1, up())), E2BIG);
    const sembuf one = up();
    for (const std::size_t count :
         { std::size_t { INT_MAX }, std::size_t { 1 } << 31, std::size_t { UINT_MAX } })
        EXPECT_ERR(sysv::semop(set.id(), &one, count), E2BIG);
    EXPECT_EQ(set.value(), 0);
}

#ifdef __LP64__
TEST(the_count_of_operations_has_32_bits)
{
    const SemSet set;
    const sembuf one = up();
    EXPECT_OK(sysv::semop(set.id(), &one, (std::size_t { 1 } << 32) + 1));
    EXPECT_EQ(set.value(), 1);
    EXPECT_ERR(sysv::semop(set.id(), &one, std::size_t { 1 } << 32), EINVAL);
}
#endif

TEST(counts_are_checked_before_the_array_is_read)
{
    const SemSet set;
    EXPECT_ERR(sysv::semop(set.id(), kNullOperations, kSemopm + 1), E2BIG);
    EXPECT_ERR(sysv::semop(set.id(), kKernelOperations, 0), EINVAL);
}

TEST(counts_are_checked_before_the_id)
{
    const sembuf one = up();
    EXPECT_ERR(sysv::semop(-1, &one, kSemopm + 1), E2BIG);
    EXPECT_ERR(sysv::semop(INT_MAX, &one, kSemopm + 1), E2BIG);
}

TEST(an_unreadable_array_is_efault)
{
    const SemSet set;
    EXPECT_ERR(sysv::semop(set.id(), kNullOperations, 1), EFAULT);
    EXPECT_ERR(sysv::semop(set.id(), kKernelOperations, 1), EFAULT);
    EXPECT_ERR(sysv::semop(set.id(), kNullOperations, kSemopm), EFAULT);
}

TEST(an_array_that_ends_in_unreadable_memory_is_efault_and_nothing_is_done)
{
    const SemSet set;
    const GuardedBuffer memory;
    for (const std::size_t count : { 1, 2, 64, 65, 500 }) {
        const auto all = times(count, up());
        EXPECT_ERR(sysv::semop(set.id(), at_the_end_of(memory, all, 1), count), EFAULT);
    }
    EXPECT_EQ(set.value(), 0);
    EXPECT_EQ(set.stat().otime, 0);
}

TEST(an_array_is_read_no_further_than_its_end)
{
    const SemSet set;
    const GuardedBuffer memory;
    for (const std::size_t count : { 1, 2, 64, 65, 500 })
        EXPECT_OK(sysv::semop(set.id(), at_the_end_of(memory, times(count, up())), count));
    EXPECT_EQ(set.value(), 632);
}

TEST(an_array_in_read_only_memory_is_good_enough)
{
    const SemSet set;
    const GuardedBuffer memory;
    const sembuf* operations = at_the_end_of(memory, { up() });
    memory.protect(PROT_READ);
    EXPECT_OK(sysv::semop(set.id(), operations, 1));
}

TEST(an_array_may_have_an_odd_address)
{
    const SemSet set;
    std::byte bytes[sizeof(sembuf) + 1];
    const sembuf one = up(0, 77);
    std::memcpy(bytes + 1, &one, sizeof(one));
    EXPECT_OK(sysv::semop(set.id(), reinterpret_cast<sembuf*>(bytes + 1), 1));
    EXPECT_EQ(set.value(), 77);
}

TEST(the_array_is_read_before_the_id_is_checked)
{
    EXPECT_ERR(sysv::semop(-1, kNullOperations, 1), EFAULT);
    EXPECT_ERR(sysv::semop(INT_MAX, kNullOperations, 1), EFAULT);
}

TEST(impossible_ids_are_einval)
{
    for (const int id : { -1, INT_MIN, INT_MAX })
        for (const int flags : { 0, SEM_UNDO })
            EXPECT_ERR(attempt(id, { up(0, 1, flags) }), EINVAL);
}

TEST(the_id_of_a_removed_set_is_einval)
{
    SemSet set;
    const int id = set.id();
    REQUIRE_OK(set.remove());
    for (const int flags : { 0, SEM_UNDO })
        EXPECT_ERR(attempt(id, { up(0, 1, flags) }), EINVAL);
}

TEST(an_id_with_a_wrong_sequence_is_einval)
{
    const SemSet set;
    const int wrong = set.id() ^ (1 << sysv::kIndexBits);
    for (const int flags : { 0, SEM_UNDO })
        EXPECT_ERR(attempt(wrong, { up(0, 1, flags) }), EINVAL);
}

TEST(a_semaphore_number_beyond_the_set_is_efbig)
{
    const SemSet set { 3 };
    for (const int number : { 3, 4, 32767, 32768, 65535 })
        for (const int flags : { 0, SEM_UNDO, IPC_NOWAIT })
            for (const int change : { 0, 1, -1 })
                EXPECT_ERR(set.operate({ operation(number, change, flags) }), EFBIG);
}

TEST(a_number_beyond_the_set_anywhere_in_the_array_is_efbig)
{
    const SemSet set { 3 };
    EXPECT_ERR(set.operate({ up(0), up(3) }), EFBIG);
    EXPECT_ERR(set.operate({ up(3), up(0) }), EFBIG);
    EXPECT_ERR(set.operate({ up(1), up(3), up(1) }), EFBIG);
    auto many = times(500, up(2));
    many[250] = up(3);
    EXPECT_ERR(set.operate(many), EFBIG);
    EXPECT_EQ(set.text(), "0 0 0");
}

TEST(a_number_beyond_the_set_is_efbig_even_among_duplicates)
{
    const SemSet set { 3 };
    EXPECT_ERR(set.operate({ up(3), up(3) }), EFBIG);
    EXPECT_ERR(set.operate({ up(0), down(0), up(67), up(67) }), EFBIG);
}

TEST(efbig_comes_after_the_id)
{
    EXPECT_ERR(attempt(INT_MAX, { up(65535) }), EINVAL);
}

TEST(efbig_comes_before_eacces)
{
    const SemSet set { 3, 0600 };
    EXPECT_ERR(operate_as_stranger(set, { up(3) }), EFBIG);
    EXPECT_ERR(operate_as_stranger(set, { up(2) }), EACCES);
}

TEST(efbig_comes_before_operations_that_would_block_or_overflow)
{
    const SemSet set { Values { 32767, 0 } };
    EXPECT_ERR(set.attempt({ zero(0), up(2) }), EFBIG);
    EXPECT_ERR(set.attempt({ up(0), up(2) }), EFBIG);
}

TEST(wait_for_zero_needs_read_permission_only)
{
    const SemSet readable { 1, 0604 };
    EXPECT_OK(operate_as_stranger(readable, { zero() }));
    EXPECT_ERR(operate_as_stranger(readable, { up() }), EACCES);
    const SemSet writable { 1, 0602 };
    EXPECT_ERR(operate_as_stranger(writable, { zero() }), EACCES);
}

TEST(changes_need_write_permission_only)
{
    const SemSet set { 1, 0602 };
    EXPECT_OK(operate_as_stranger(set, { up() }));
    EXPECT_OK(operate_as_stranger(set, { down() }));
}

TEST(waiting_for_zero_in_an_array_with_changes_needs_write_permission_only)
{
    const SemSet writable { 2, 0602 };
    EXPECT_OK(operate_as_stranger(writable, { zero(0), up(1) }));
    EXPECT_OK(operate_as_stranger(writable, { down(1), zero(1) }));
    const SemSet readable { 2, 0604 };
    EXPECT_ERR(operate_as_stranger(readable, { zero(0), up(1) }), EACCES);
    EXPECT_OK(operate_as_stranger(readable, { zero(0), zero(1) }));
}

TEST(eacces_comes_before_operations_that_would_block_or_overflow)
{
    const SemSet set { Values { 32767 } };
    EXPECT_ERR(operate_as_stranger(set, { up() }), EACCES);
    EXPECT_ERR(operate_as_stranger(set, { zero() }), EACCES);
}

TEST(undo_on_a_set_without_permission_is_eacces)
{
    const SemSet set { 1, 0604 };
    EXPECT_ERR(operate_as_stranger(set, { undone(up()) }), EACCES);
    EXPECT_EQ(set.value(), 0);
}

TEST(semtimedop_makes_the_same_checks)
{
    const SemSet set { 3, 0600 };
    const sembuf one = up();
    EXPECT_ERR(sysv::semtimedop(set.id(), &one, 0, nullptr), EINVAL);
    EXPECT_ERR(sysv::semtimedop(set.id(), &one, kSemopm + 1, nullptr), E2BIG);
    EXPECT_ERR(sysv::semtimedop(set.id(), kNullOperations, 1, nullptr), EFAULT);
    EXPECT_ERR(sysv::semtimedop(-1, &one, 1, nullptr), EINVAL);
    EXPECT_ERR(sysv::semtimedop(INT_MAX, &one, 1, &kLong), EINVAL);
    EXPECT_ERR(set.operate_within({ up(3) }, kLong), EFBIG);
    EXPECT_ERR(play(kAlice, [&] { return set.operate_within({ up() }, kLong); }), EACCES);
    EXPECT_OK(sysv::semtimedop(set.id(), &one, 1, nullptr));
}

} // namespace
