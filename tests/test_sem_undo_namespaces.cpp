// SPDX-License-Identifier: GPL-2.0
/*
 * Adjustments of SEM_UNDO and IPC namespaces: whoever leaves one has let go of them.
 */
#include "actor.hpp"
#include "harness.hpp"
#include "sem_set.hpp"
#include "shared.hpp"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace {

Outcome let_go(int flags)
{
    return Outcome::of(unshare(flags));
}

// Skips where the kernel's IPC namespaces, if it has any, mean nothing to semaphore sets.
void require_separate_namespaces()
{
    if (access("/proc/self/ns/ipc", F_OK) != 0)
        harness::skip("there are no IPC namespaces");
    const SemSet set { Values { 1 } };
    const Shared<bool> is_separate;
    in_a_process([&] {
        REQUIRE_OK(let_go(CLONE_NEWIPC));
        *is_separate = set.operate({ up() }).failed_with(EINVAL);
    });
    if (!*is_separate)
        harness::skip("all IPC namespaces have the same semaphore sets");
}

TEST(unshare_of_a_new_ipc_namespace_gives_back_in_the_old_one)
{
    require_separate_namespaces();
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(let_go(CLONE_NEWIPC));
        EXPECT_ERR(set.operate({ up() }), EINVAL);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(entering_an_ipc_namespace_gives_back_before)
{
    require_separate_namespaces();
    const SemSet set { Values { 5 } };
    REQUIRE_OK(set.operate({ undone(down()) }));
    const int own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    REQUIRE(own >= 0);
    REQUIRE_OK(Outcome::of(setns(own, CLONE_NEWIPC))); // the one we are in
    EXPECT_EQ(set.value(), 5);
    close(own);
}

TEST(clones_in_a_new_ipc_namespace_cannot_share)
{
    EXPECT_ERR(Outcome::of(syscall(SYS_clone, CLONE_SYSVSEM | CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0)),
               EINVAL);
}

} // namespace
