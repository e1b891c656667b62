// SPDX-License-Identifier: GPL-2.0
/*
 * semtimedop(2): how long it waits, and which timeouts it accepts.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <climits>
#include <csignal>
#include <limits>
#include <sys/mman.h>

namespace {

constexpr timespec kNoTime {};
const timespec* const kUnreadable = static_cast<const timespec*>(kKernelAddress);
constexpr timespec kInvalid[] = {
    { -1, 0 }, { LONG_MIN, 0 }, { 0, -1 }, { 0, 1'000'000'000 }, { 0, LONG_MAX }, { 5, LONG_MIN },
};

std::int64_t monotonic_nanoseconds()
{
    timespec now {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// An actor that sleeps with a time-out that never passes.
Actor timed_sleeper(const SemSet& set, const Operations& operations, timespec timeout = kLong)
{
    Actor actor { [&set, operations, timeout] { return set.operate_within(operations, timeout); } };
    actor.wait_asleep_in(sysv::kSemtimedopNumber);
    return actor;
}

TEST(a_time_that_passes_is_eagain)
{
    const SemSet set;
    for (const long wait : { 1, 20, 100 }) {
        const auto start = monotonic_nanoseconds();
        EXPECT_ERR(set.operate_within({ down() }, milliseconds(wait)), EAGAIN);
        EXPECT(monotonic_nanoseconds() - start >= wait * 1'000'000);
    }
}

TEST(a_time_limit_of_zero_is_eagain)
{
    const SemSet set { Values { 0, 1 } };
    EXPECT_ERR(set.operate_within({ down(0) }, kNoTime), EAGAIN);
    EXPECT_ERR(set.operate_within({ zero(1) }, kNoTime), EAGAIN);
    EXPECT_ERR(set.operate_within({ down(1), down(0) }, kNoTime), EAGAIN);
    EXPECT_EQ(set.text(), "0 1");
}

TEST(one_nanosecond_is_eagain_in_the_end)
{
    const SemSet set;
    EXPECT_ERR(set.operate_within({ down() }, { 0, 1 }), EAGAIN);
}

TEST(a_possible_operation_succeeds_with_a_time_limit_of_zero)
{
    const SemSet set;
    EXPECT_OK(set.operate_within({ up() }, kNoTime));
    EXPECT_OK(set.operate_within({ down() }, kNoTime));
    EXPECT_OK(set.operate_within({ zero() }, kNoTime));
}

TEST(no_timespec_means_no_time_limit)
{
    const SemSet set;
    Actor sleeper { [&] {
        const sembuf one = down();
        return sysv::semtimedop(set.id(), &one, 1, nullptr);
    } };
    sleeper.wait_asleep_in(sysv::kSemtimedopNumber);
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(sleeper.join());
}

TEST(nowait_does_not_use_the_time)
{
    const SemSet set;
    EXPECT_ERR(set.operate_within({ at_once(down()) }, kLong), EAGAIN);
}

TEST(a_waiter_with_time_left_is_served)
{
    const SemSet set;
    auto sleeper = timed_sleeper(set, { down() });
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(the_longest_times_are_accepted)
{
    const SemSet set;
    constexpr auto longest = std::numeric_limits<time_t>::max();
    for (const timespec timeout :
         { timespec { longest, 999'999'999 }, timespec { longest / 1000, 0 },
           timespec { time_t { 1 } << 34, 1 }, timespec { 9'223'372'036, 854'775'807 } }) {
        auto sleeper = timed_sleeper(set, { down() }, timeout);
        REQUIRE_OK(set.operate({ up() }));
        EXPECT_OK(sleeper.join());
    }
}

TEST(an_invalid_time_is_einval)
{
    const SemSet set;
    for (const auto& timeout : kInvalid)
        EXPECT_ERR(set.operate_within({ down() }, timeout), EINVAL);
}

TEST(an_invalid_time_is_einval_even_where_nobody_would_wait)
{
    const SemSet set;
    for (const auto& timeout : kInvalid) {
        EXPECT_ERR(set.operate_within({ up() }, timeout), EINVAL);
        EXPECT_ERR(set.operate_within({ at_once(down()) }, timeout), EINVAL);
    }
    EXPECT_EQ(set.value(), 0);
}

TEST(an_invalid_time_comes_after_the_count_of_operations)
{
    const SemSet set;
    const auto many = times(501, up());
    EXPECT_ERR(sysv::semtimedop(set.id(), many.data(), many.size(), &kInvalid[0]), E2BIG);
}

TEST(an_invalid_time_comes_after_the_reading_of_the_array)
{
    const SemSet set;
    EXPECT_ERR(sysv::semtimedop(set.id(), nullptr, 1, &kInvalid[0]), EFAULT);
}

TEST(an_invalid_time_comes_before_efbig_and_eacces)
{
    const SemSet set { 3, 0600 };
    EXPECT_ERR(set.operate_within({ up(3) }, kInvalid[0]), EINVAL);
    EXPECT_ERR(play(kAlice, [&] { return set.operate_within({ up() }, kInvalid[0]); }), EINVAL);
}

TEST(an_unreadable_time_is_efault)
{
    const SemSet set;
    const sembuf one = up();
    EXPECT_ERR(sysv::semtimedop(set.id(), &one, 1, kUnreadable), EFAULT);
    EXPECT_EQ(set.value(), 0);
}

TEST(an_unreadable_time_comes_before_everything_else)
{
    const auto many = times(501, up());
    EXPECT_ERR(sysv::semtimedop(-1, many.data(), many.size(), kUnreadable), EFAULT);
    EXPECT_ERR(sysv::semtimedop(-1, many.data(), 0, kUnreadable), EFAULT);
    EXPECT_ERR(sysv::semtimedop(-1, nullptr, 1, kUnreadable), EFAULT);
}

TEST(sixteen_bytes_of_the_time_are_read)
{
    const SemSet set;
    const GuardedBuffer memory;
    const sembuf one = up();
    auto* place = reinterpret_cast<timespec*>(memory.with_room_for(16));
    *place = kNoTime;
    EXPECT_OK(sysv::semtimedop(set.id(), &one, 1, place));
    place = reinterpret_cast<timespec*>(memory.with_room_for(15));
    EXPECT_ERR(sysv::semtimedop(set.id(), &one, 1, place), EFAULT);
}

TEST(the_time_left_is_not_written_back)
{
    const SemSet set;
    const GuardedBuffer memory;
    auto* place = reinterpret_cast<timespec*>(memory.with_room_for(16));
    *place = milliseconds(2);
    memory.protect(PROT_READ);
    const sembuf one = down();
    EXPECT_ERR(sysv::semtimedop(set.id(), &one, 1, place), EAGAIN);
    EXPECT_EQ(place->tv_nsec, 2'000'000);
}

TEST(a_wait_that_timed_out_leaves_nothing_behind)
{
    const SemSet set { Values { 1, 0 } };
    const auto before = set.stat();
    EXPECT_ERR(Actor([&] {
                   return set.operate_within({ down(0), down(1) }, milliseconds(5));
               }).join(),
               EAGAIN);
    EXPECT_EQ(set.waiting_for_increase(1), 0);
    EXPECT_EQ(set.last_pid(0), getpid());
    const auto after = set.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(after)), 0);
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_EQ(set.text(), "1 1");
}

TEST(a_signal_ends_a_timed_wait_with_eintr)
{
    const SemSet set;
    Actor sleeper { [&] {
        struct sigaction action { };
        action.sa_handler = [](int) {};
        action.sa_flags = SA_RESTART;
        REQUIRE_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
        return set.operate_within({ down() }, kLong);
    } };
    sleeper.wait_asleep_in(sysv::kSemtimedopNumber);
    sleeper.signal(SIGUSR1);
    EXPECT_ERR(sleeper.join(), EINTR);
}

TEST(removal_ends_a_timed_wait_with_eidrm)
{
    SemSet set;
    auto sleeper = timed_sleeper(set, { down() });
    REQUIRE_OK(set.remove());
    EXPECT_ERR(sleeper.join(), EIDRM);
}

TEST(timed_waiters_are_queued_with_the_others)
{
    const SemSet set;
    auto first = timed_sleeper(set, { down() });
    auto second = sleeper_in(set, { down() });
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(first.join());
    EXPECT_EQ(set.waiting_for_increase(), 1);
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(second.join());
}

TEST(each_of_two_waiters_has_its_own_time)
{
    const SemSet set;
    auto patient = timed_sleeper(set, { down() });
    EXPECT_ERR(set.operate_within({ down() }, milliseconds(5)), EAGAIN);
    EXPECT_EQ(set.waiting_for_increase(), 1);
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(patient.join());
}

} // namespace
