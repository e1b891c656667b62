// SPDX-License-Identifier: GPL-2.0
/*
 * What other processes observe when a process's operations are undone: the time, the pid, the order, and
 * the waiters that this wakes.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <list>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>

namespace {

constexpr int kHighest = sysv::kHighestValue;

TEST(the_adjustment_is_visible_before_the_end_of_the_process)
{
    const SemSet set { Values { 1 } };
    for (int i = 0; i < 50; ++i) {
        Actor holder { [&] { return set.operate({ undone(down()) }); } };
        siginfo_t info {};
        REQUIRE_EQ(waitid(P_PID, static_cast<id_t>(holder.pid()), &info, WEXITED | WNOWAIT), 0);
        EXPECT_EQ(set.value(), 1);
        EXPECT_OK(holder.join());
    }
}

TEST(the_adjustment_is_visible_before_a_pidfd_reports_the_exit)
{
    const SemSet set { Values { 1 } };
    for (int i = 0; i < 50; ++i) {
        Actor holder { [&] { return set.operate({ undone(down()) }); } };
        pollfd watched { static_cast<int>(syscall(SYS_pidfd_open, holder.pid(), 0)), POLLIN, 0 };
        REQUIRE(watched.fd >= 0);
        REQUIRE_EQ(poll(&watched, 1, -1), 1);
        EXPECT_EQ(set.value(), 1);
        close(watched.fd);
        EXPECT_OK(holder.join());
    }
}

TEST(the_adjustment_is_visible_before_the_files_of_the_process_are_closed)
{
    const SemSet set { Values { 1 } };
    for (int i = 0; i < 50; ++i) {
        int ends[2];
        REQUIRE_EQ(pipe(ends), 0);
        Actor holder { [&] {
            close(ends[0]);
            return set.operate({ undone(down()) });
        } };
        close(ends[1]);
        char byte;
        REQUIRE_EQ(read(ends[0], &byte, 1), 0);
        EXPECT_EQ(set.value(), 1);
        close(ends[0]);
        EXPECT_OK(holder.join());
    }
}

TEST(an_undone_decrease_wakes_a_sleeper)
{
    const SemSet set { Values { 1 } };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        raise(SIGSTOP);
        return Outcome::raw(0);
    } };
    holder.wait_stopped();
    auto sleeper = sleeper_in(set, { down() });
    holder.signal(SIGKILL);
    EXPECT_OK(sleeper.join());
    holder.join_killed(SIGKILL);
    EXPECT_EQ(set.value(), 0);
}

TEST(an_undone_increase_wakes_a_wait_for_zero)
{
    const SemSet set { 2 };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(up(0)), undone(up(1)) }));
        raise(SIGSTOP);
        return Outcome::raw(0);
    } };
    holder.wait_stopped();
    auto sleeper = sleeper_in(set, { zero(0) });
    auto array = sleeper_in(set, { zero(0), zero(1) });
    holder.signal(SIGKILL);
    EXPECT_OK(sleeper.join());
    EXPECT_OK(array.join());
    holder.join_killed(SIGKILL);
}

TEST(a_sleeper_sees_all_adjustments_of_a_set_at_once)
{
    // Semaphore 0 gets its token back and 1 loses one: an array that needs both never succeeds.
    const SemSet set { Values { 1, 0 } };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down(0)), undone(up(1)) }));
        raise(SIGSTOP);
        return Outcome::raw(0);
    } };
    holder.wait_stopped();
    auto array = sleeper_in(set, { down(0), down(1) });
    holder.signal(SIGKILL);
    holder.join_killed(SIGKILL);
    array.wait_asleep_in(sysv::kSemopNumber);
    EXPECT_EQ(set.text(), "1 0");
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_OK(array.join());
}

TEST(only_adjusted_semaphores_record_the_ended_process)
{
    const SemSet set { Values { 1, 1, 1 } };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down(0)), undone(down(1)) }));
        return set.operate({ undone(up(1)) });
    } };
    const pid_t pid = holder.pid();
    EXPECT_OK(holder.join());
    EXPECT_EQ(set.last_pid(0), pid);
    EXPECT_EQ(set.last_pid(2), getpid());
    REQUIRE_OK(set.set_values({ 1, 1, 1 }));
    EXPECT_OK(Actor([&] { return set.operate({ undone(up(1)), undone(down(1)) }); }).join());
    EXPECT_EQ(set.last_pid(0), getpid());
}

TEST(an_adjustment_that_changes_nothing_by_clamping_records_the_process)
{
    const SemSet set { Values { 0 } };
    const SemSet gate;
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(up()) }));
        return gate.operate({ down() });
    } };
    holder.wait_asleep_in(sysv::kSemopNumber);
    REQUIRE_OK(set.operate({ down() }));
    EXPECT_EQ(set.last_pid(), getpid());
    REQUIRE_OK(gate.operate({ up() }));
    const pid_t pid = holder.pid();
    EXPECT_OK(holder.join());
    EXPECT_EQ(set.value(), 0);
    EXPECT_EQ(set.last_pid(), pid);
}

TEST(the_end_of_a_process_sets_the_time_of_operation)
{
    const SemSet set { Values { 1 } };
    const SemSet gate;
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        return gate.operate({ down() });
    } };
    holder.wait_asleep_in(sysv::kSemopNumber);
    const auto operated = set.stat().otime;
    wait_for_second_after(operated);
    REQUIRE_OK(gate.operate({ up() }));
    EXPECT_OK(holder.join());
    EXPECT(set.stat().otime > operated);
}

// A process makes `call`, which fails or changes nothing in the end, and ends.
void expect_time_of_operation_set_by(const SemSet& set, const Identity& who, Operations operations,
                                     int error)
{
    const auto outcome = play(who, [&] { return set.operate(operations); });
    EXPECT_EQ(outcome, error ? Outcome::failure(error) : Outcome::raw(0));
    EXPECT(set.stat().otime != 0);
}

TEST(a_failed_undo_operation_also_sets_the_time_of_operation_at_exit)
{
    expect_time_of_operation_set_by(SemSet {}, kRoot, { undone(at_once(down())) }, EAGAIN);
    expect_time_of_operation_set_by(SemSet {}, kRoot, { undone(up(7)) }, EFBIG);
    expect_time_of_operation_set_by(SemSet {}, kAlice, { undone(up()) }, EACCES);
    expect_time_of_operation_set_by(SemSet { Values { kHighest } }, kRoot, { undone(up()) },
                                    ERANGE);
}

TEST(the_set_used_last_is_adjusted_first)
{
    const SemSet a;
    const SemSet b;
    const SemSet c;
    const Shared<std::atomic<int>> count;
    Actor holder { [&] {
        pin_to_cpu(0);
        for (const SemSet* set : { &a, &b, &c, &a })
            REQUIRE_OK(set->operate({ undone(up()) }));
        raise(SIGSTOP);
        return Outcome::raw(0);
    } };
    holder.wait_stopped();
    std::list<Actor> sleepers;
    int place = 0;
    for (const SemSet* set : { &a, &c, &b }) {
        sleepers.emplace_back([&, set, place] {
            pin_to_cpu(0);
            use_fifo_scheduling();
            REQUIRE_OK(set->operate({ zero() }));
            EXPECT_EQ((*count)++, place);
            return Outcome::raw(0);
        });
        sleepers.back().wait_asleep_in(sysv::kSemopNumber);
        ++place;
    }
    holder.signal(SIGCONT);
    EXPECT_OK(holder.join());
    for (auto& sleeper : sleepers)
        EXPECT_OK(sleeper.join());
}

// The operations of each of the thousand.  They share the memory of the test, which makes them many times
// cheaper to start where every page costs; so they must not do more than make system calls.
int hold_until_zero(void* argument)
{
    const int id = static_cast<const SemSet*>(argument)->id();
    const sembuf take = undone(down(0));
    const sembuf wait = undone(zero(1));
    return sysv::semop(id, &take, 1).ok() && sysv::semop(id, &wait, 1).ok() ? 0 : 1;
}

TEST(a_thousand_processes_end_at_once)
{
    constexpr int kCount = 1000;
    constexpr std::size_t kStack = 16384;
    SemSet set { Values { kCount, 1 } };
    std::vector<char> stacks(kCount * kStack);
    std::vector<pid_t> pids;
    for (std::size_t i = 1; i <= kCount; ++i) {
        const pid_t pid =
            clone(hold_until_zero, stacks.data() + i * kStack, CLONE_VM | SIGCHLD, &set);
        REQUIRE(pid >= 0);
        pids.push_back(pid);
    }
    wait_until([&] { return set.waiting_for_zero(1) == kCount; });
    EXPECT_EQ(set.value(0), 0);
    for (std::size_t i = 0; i < kCount; i += 4)
        REQUIRE_EQ(kill(pids[i], SIGKILL), 0);
    REQUIRE_OK(set.operate({ down(1) }));
    for (std::size_t i = 0; i < kCount; ++i) {
        int status = 0;
        REQUIRE_EQ(waitpid(pids[i], &status, 0), pids[i]);
        REQUIRE(i % 4 == 0 ? WIFSIGNALED(status) : status == 0);
    }
    EXPECT_EQ(set.text(), "1000 0");
}

} // namespace
