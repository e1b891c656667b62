// SPDX-License-Identifier: GPL-2.0
/*
 * Which tasks share SEM_UNDO adjustments: threads and clones with CLONE_SYSVSEM only; and how a
 * task drops them without exiting.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <thread>

namespace {

constexpr int kHighest = sysv::kHighestValue;

Outcome let_go(int flags = CLONE_SYSVSEM)
{
    return Outcome::of(unshare(flags));
}

TEST(a_forked_child_does_not_inherit_adjustments)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        in_a_process([] {});
        EXPECT_EQ(set.value(), 4);
        in_a_process([&] { REQUIRE_OK(set.operate({ undone(down()) })); });
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(a_child_by_vfork_does_not_share_adjustments)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        const sembuf one = undone(down());
        const pid_t child = vfork();
        if (child == 0) {
            syscall(sysv::kSemopNumber, set.id(), &one, 1);
            _exit(0);
        }
        REQUIRE_EQ(waitpid(child, nullptr, 0), child);
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(threads_share_the_adjustments_of_their_process)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        std::thread { [&] { REQUIRE_OK(set.operate({ undone(down(0, 2)) })); } }.join();
        EXPECT_EQ(set.value(), 3);
        REQUIRE_OK(set.operate({ undone(down()) }));
        std::thread { [&] { REQUIRE_OK(set.operate({ undone(up()) })); } }.join();
        EXPECT_EQ(set.value(), 3);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(threads_share_the_limits_of_an_adjustment)
{
    const SemSet set { Values { kHighest } };
    in_a_process([&] {
        std::thread { [&] { REQUIRE_OK(set.operate({ undone(down(0, kHighest)) })); } }.join();
        REQUIRE_OK(set.operate({ up() }));
        EXPECT_ERR(set.operate({ undone(down()) }), ERANGE);
    });
}

TEST(another_thread_moves_a_sleeping_threads_adjustment_out_of_range)
{
    const SemSet set { Values { kHighest, 0 } };
    in_a_process([&] {
        std::atomic<pid_t> thread_id { 0 };
        std::thread sleeper { [&] {
            thread_id = gettid();
            EXPECT_ERR(set.operate({ down(1), undone(down(0)) }), ERANGE);
        } };
        wait_until(
            [&] { return thread_id != 0 && sleeping_call_of(thread_id) == sysv::kSemopNumber; });
        REQUIRE_OK(set.operate({ undone(down(0, kHighest)) }));
        REQUIRE_OK(set.operate({ up(0) }));
        REQUIRE_OK(set.operate({ up(1) }));
        sleeper.join();
        EXPECT_EQ(set.text(), "1 1");
    });
    EXPECT_EQ(set.text(), "32767 1");
}

TEST(all_threads_of_an_exiting_process_undo)
{
    const SemSet set { Values { 50 } };
    in_a_process([&] {
        std::vector<std::thread> threads;
        for (int i = 0; i < 50; ++i)
            threads.emplace_back([&] { REQUIRE_OK(set.operate({ undone(down()) })); });
        for (auto& thread : threads)
            thread.join();
        EXPECT_EQ(set.value(), 0);
    });
    EXPECT_EQ(set.value(), 50);
}

TEST(threads_killed_while_asleep_undo)
{
    const SemSet set { Values { 10, 0 } };
    Actor process { [&] {
        std::vector<std::thread> threads;
        for (int i = 0; i < 10; ++i)
            threads.emplace_back([&] {
                REQUIRE_OK(set.operate({ undone(down(0)) }));
                (void)set.operate({ undone(down(1)) });
            });
        for (auto& thread : threads)
            thread.join();
        return Outcome::raw(0);
    } };
    wait_until([&] { return set.waiting_for_increase(1) == 10; });
    process.signal(SIGKILL);
    process.join_killed(SIGKILL);
    EXPECT_EQ(set.text(), "10 0");
    EXPECT_EQ(set.waiting_for_increase(1), 0);
}

TEST(a_sharing_clone_exits_without_undoing)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        Actor clone { CLONE_SYSVSEM, [&] { return set.operate({ undone(down(0, 2)) }); } };
        EXPECT_OK(clone.join());
        EXPECT_EQ(set.value(), 3);
        REQUIRE_OK(set.operate({ undone(down()) }));
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(the_last_sharer_to_exit_undoes_and_is_recorded)
{
    const SemSet set { Values { 5 } };
    const SemSet gate;
    const Shared<std::atomic<pid_t>> pid;
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, 2)) }));
        // Not an Actor: it must outlive its parent.
        const auto clone = syscall(SYS_clone, CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0);
        REQUIRE(clone >= 0);
        if (clone == 0) {
            *pid = getpid();
            (void)gate.operate({ down() });
            _exit(0);
        }
    });
    wait_until([&] { return *pid != 0 && sleeping_call_of(*pid) == sysv::kSemopNumber; });
    EXPECT_EQ(set.value(), 3);
    REQUIRE_OK(gate.operate({ up() }));
    wait_until([&] { return set.value() == 5; });
    EXPECT_EQ(set.last_pid(), pid->load());
}

TEST(adjustments_made_before_the_clone_are_shared_too)
{
    const SemSet set { Values { kHighest } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, kHighest)) }));
        Actor clone { CLONE_SYSVSEM, [&] {
                         REQUIRE_OK(set.operate({ up() }));
                         return set.operate({ undone(down()) });
                     } };
        EXPECT_ERR(clone.join(), ERANGE);
    });
}

TEST(one_sharer_cancels_the_adjustment_of_another)
{
    const SemSet set { Values { 1 } };
    in_a_process([&] {
        Actor clone { CLONE_SYSVSEM, [&] { return set.operate({ undone(down()) }); } };
        EXPECT_OK(clone.join());
        REQUIRE_OK(set.operate({ undone(up()) }));
        EXPECT_EQ(set.value(), 1);
    });
    EXPECT_EQ(set.value(), 1);
}

TEST(a_fork_of_a_sharing_clone_does_not_share)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        Actor clone { CLONE_SYSVSEM, [&] {
                         in_a_process([&] { REQUIRE_OK(set.operate({ undone(down()) })); });
                         EXPECT_EQ(set.value(), 5);
                         return set.operate({ undone(down()) });
                     } };
        EXPECT_OK(clone.join());
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(a_killed_sharing_clone_undoes_nothing)
{
    const SemSet set { Values { 5, 0 } };
    in_a_process([&] {
        Actor clone { CLONE_SYSVSEM, [&] {
                         REQUIRE_OK(set.operate({ undone(down(0)) }));
                         return set.operate({ down(1) });
                     } };
        clone.wait_asleep_in(sysv::kSemopNumber);
        clone.signal(SIGKILL);
        clone.join_killed(SIGKILL);
        EXPECT_EQ(set.text(), "4 0");
    });
    EXPECT_EQ(set.text(), "5 0");
}

TEST(a_chain_of_clones_shares_one_state)
{
    const SemSet set { Values { 10 } };
    in_a_process([&] {
        Actor first {
            CLONE_SYSVSEM,
            [&] {
                REQUIRE_OK(set.operate({ undone(down()) }));
                Actor second { CLONE_SYSVSEM, [&] { return set.operate({ undone(down()) }); } };
                return second.join();
            }
        };
        EXPECT_OK(first.join());
        EXPECT_EQ(set.value(), 8);
    });
    EXPECT_EQ(set.value(), 10);
}

TEST(a_clone_that_shares_and_executes_keeps_sharing)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        Actor clone { CLONE_SYSVSEM, [&] {
                         REQUIRE_OK(set.operate({ undone(down()) }));
                         execl("/bin/sh", "sh", "-c", "exit 0", nullptr);
                         return Outcome::failure(EIO);
                     } };
        EXPECT_OK(clone.join());
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unshare_undoes_at_once)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, 2)) }));
        REQUIRE_OK(let_go());
        EXPECT_EQ(set.value(), 5);
        EXPECT_EQ(set.last_pid(), getpid());
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unshare_wakes_the_sleepers_it_serves)
{
    const SemSet set { Values { 1 } };
    REQUIRE_OK(set.operate({ undone(down()) }));
    auto sleeper = sleeper_in(set, { down() });
    REQUIRE_OK(let_go());
    EXPECT_OK(sleeper.join());
}

TEST(after_unshare_adjustments_start_from_zero)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down(0, 2)) }));
        REQUIRE_OK(let_go());
        REQUIRE_OK(set.operate({ undone(down()) }));
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unshare_by_one_of_two_sharers_undoes_nothing)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        Actor clone { CLONE_SYSVSEM, [&] {
                         REQUIRE_OK(set.operate({ undone(down()) }));
                         REQUIRE_OK(let_go());
                         EXPECT_EQ(set.value(), 3);
                         return set.operate({ undone(down()) });
                     } };
        EXPECT_OK(clone.join());
        EXPECT_EQ(set.value(), 3); // its operations after it let go have been undone
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unshare_by_a_thread_leaves_the_adjustments_to_the_others)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        std::thread { [&] {
            REQUIRE_OK(set.operate({ undone(down(0, 2)) }));
            REQUIRE_OK(let_go());
            EXPECT_EQ(set.value(), 3);
            REQUIRE_OK(set.operate({ undone(down()) }));
            EXPECT_EQ(set.value(), 2);
        } }.join();
        // The thread may still be on its way out when join returns.
        wait_until([&] { return set.value() == 3; });
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unshare_that_fails_undoes_nothing)
{
    const SemSet set { 1, 0666 };
    REQUIRE_OK(set.set_value(0, 5));
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        EXPECT_ERR(let_go(CLONE_SYSVSEM | 1), EINVAL);
        EXPECT_EQ(set.value(), 4);
        become(kAlice);
        EXPECT_ERR(let_go(CLONE_SYSVSEM | CLONE_NEWUTS), EPERM);
        EXPECT_EQ(set.value(), 4);
        EXPECT_OK(let_go());
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(unshare_of_other_things_undoes_nothing)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(let_go(CLONE_FS | CLONE_FILES));
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unshare_without_adjustments_changes_nothing)
{
    in_a_process([] {
        EXPECT_OK(let_go());
        EXPECT_OK(let_go());
    });
}

} // namespace
