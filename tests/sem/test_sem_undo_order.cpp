// SPDX-License-Identifier: GPL-2.0
/*
 * SEM_UNDO among the steps of an exit: a task that gets a token back finds that its former holder has
 * already released its locks and its memory.
 *
 * Both run on one CPU, and the waiter for the token has real-time priority: it runs as soon as the token is
 * returned, whatever the exiting task has left to do.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <cstddef>
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sched.h>
#include <unistd.h>

namespace {

// The state that the kernel cleans up for an exiting thread: its robust locks, one after the other, and the
// word that holds its id, which the kernel clears.
struct Belongings {
    struct Lock {
        robust_list next;
        std::atomic<unsigned> owner;
    };
    static constexpr std::size_t kLocks = 1000; // the kernel stops after 2048

    robust_list_head head;
    Lock locks[kLocks];
    std::atomic<int> thread;
    std::atomic<bool> is_shared;
    alignas(16) char stack[16384];

    void take()
    {
        for (std::size_t i = 0; i < kLocks; ++i) {
            locks[i].next.next = i + 1 < kLocks ? &locks[i + 1].next : &head.list;
            locks[i].owner = static_cast<unsigned>(gettid());
        }
        head = { .list = { &locks[0].next },
                 .futex_offset = offsetof(Lock, owner) - offsetof(Lock, next),
                 .list_op_pending = nullptr };
        thread = gettid();
        REQUIRE_EQ(syscall(SYS_set_robust_list, &head, sizeof(head)), 0);
        syscall(SYS_set_tid_address, &thread);
    }
    bool has_given_up_locks() const
    {
        return locks[0].owner == FUTEX_OWNER_DIED && locks[kLocks - 1].owner == FUTEX_OWNER_DIED;
    }
};

// Uses the memory of another process until that has ended: for itself alone, no process clears its
// word.
int stay(void* belongings)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static_cast<Belongings*>(belongings)->is_shared = true;
    for (;;)
        pause();
}

struct Seen {
    bool locks;
    bool thread;
};

Seen seen_by_who_gets_the_token()
{
    const SemSet set { Values { 1 } };
    const Shared<Belongings> belongings;
    const Shared<Seen> seen;
    Actor holder { [&] {
        pin_to_cpu(0);
        REQUIRE(clone(stay, belongings->stack + sizeof(belongings->stack), CLONE_VM, &*belongings)
                > 0);
        wait_until([&] { return belongings->is_shared.load(); });
        belongings->take();
        REQUIRE_OK(set.operate({ undone(down()) }));
        raise(SIGSTOP);
        return Outcome::raw(0);
    } };
    holder.wait_stopped();
    Actor waiter { [&] {
        pin_to_cpu(0);
        use_fifo_scheduling();
        const Outcome taken = set.operate({ down() });
        *seen = { belongings->has_given_up_locks(), belongings->thread == 0 };
        return taken;
    } };
    waiter.wait_asleep_in(sysv::kSemopNumber);
    EXPECT(!belongings->has_given_up_locks());
    EXPECT(belongings->thread != 0);
    holder.signal(SIGKILL);
    EXPECT_OK(waiter.join());
    holder.join_killed(SIGKILL);
    return *seen;
}

TEST(the_adjustment_comes_after_robust_locks_are_given_up)
{
    for (int i = 0; i < 10; ++i)
        EXPECT(seen_by_who_gets_the_token().locks);
}

TEST(the_adjustment_comes_after_the_thread_id_is_cleared)
{
    for (int i = 0; i < 10; ++i)
        EXPECT(seen_by_who_gets_the_token().thread);
}

} // namespace
