// SPDX-License-Identifier: GPL-2.0
/*
 * SEM_UNDO and IPC namespaces: a task that leaves its namespace, or enters its own again, drops its
 * adjustments.
 */
#include "lib/harness.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <thread>
#include <unistd.h>

namespace {

Outcome enter_by_pidfd(pid_t pid, unsigned long kinds)
{
    const int file = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    REQUIRE(file >= 0);
    const auto entered = Outcome::of(setns(file, static_cast<int>(kinds)));
    close(file);
    return entered;
}

TEST(unshare_of_a_new_ipc_namespace_undoes_in_the_old_one)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT_ERR(set.operate({ up() }), EINVAL);
        in_a_process([] {});
    });
    EXPECT_EQ(set.value(), 5);
}

// Others see the value while the process that let go of it lives on.
TEST(it_undoes_at_once)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    const Shared<Rendezvous> gate;
    Actor leaver { [&] {
        REQUIRE_OK(set.operate({ undone(down(0, 3)) }));
        gate->meet(2);
        gate->meet(2);
        REQUIRE_OK(let_go(new_ipc()));
        gate->meet(2);
        pause();
        return Outcome::raw(0);
    } };
    gate->meet(2);
    EXPECT_EQ(set.value(), 2);
    gate->meet(2);
    gate->meet(2);
    EXPECT_EQ(set.value(), 5);
    EXPECT_EQ(set.last_pid(), leaver.pid());
}

TEST(entering_another_ipc_namespace_undoes_in_the_old_one)
{
    const Realm realm;
    const SemSet set { Values { 5, 7 } };
    in_a_process([&] {
        const NamespaceFile home;
        REQUIRE_OK(set.operate({ undone(down(0)), undone(down(1, 2)) }));
        REQUIRE_OK(realm.file().enter());
        EXPECT_ERR(set.operate({ up() }), EINVAL);
        REQUIRE_OK(home.enter());
        EXPECT_EQ(set.text(), "5 7");
    });
    EXPECT_EQ(set.text(), "5 7");
}

TEST(entering_by_pidfd_undoes)
{
    const Realm realm;
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        const NamespaceFile home;
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(enter_by_pidfd(realm.keeper(), new_ipc()));
        REQUIRE_OK(home.enter());
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(entering_the_own_ipc_namespace_undoes)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    REQUIRE_OK(set.operate({ undone(down()) }));
    REQUIRE_OK(NamespaceFile {}.enter(new_ipc()));
    EXPECT_EQ(set.value(), 5);
    REQUIRE_OK(set.operate({ undone(down()) }));
    EXPECT_EQ(set.value(), 4);
    REQUIRE_OK(NamespaceFile {}.enter());
    EXPECT_EQ(set.value(), 5);
}

TEST(entering_the_own_ipc_namespace_by_pidfd_undoes)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    REQUIRE_OK(set.operate({ undone(down()) }));
    REQUIRE_OK(enter_by_pidfd(getpid(), new_ipc()));
    EXPECT_EQ(set.value(), 5);
}

TEST(entering_namespaces_of_other_kinds_undoes_nothing)
{
    const NamespaceKind other = another_kind();
    const Realm realm { other.flag | new_ipc() };
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(realm.file(other.name).enter());
        EXPECT_EQ(set.value(), 4);
        REQUIRE_OK(enter_by_pidfd(realm.keeper(), other.flag));
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unsharing_namespaces_of_other_kinds_undoes_nothing)
{
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        for (const auto& kind : other_kinds_of_namespaces()) {
            REQUIRE_OK(let_go(kind.flag));
            EXPECT_EQ(set.value(), 4);
        }
        REQUIRE_OK(let_go(CLONE_FILES));
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(unsharing_several_kinds_undoes_if_one_is_ipc)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        const NamespaceFile home;
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(let_go(CLONE_NEWUTS | new_ipc() | CLONE_NEWNS));
        REQUIRE_OK(home.enter());
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(leaving_for_a_user_namespace_too_undoes)
{
    require_namespaces("user");
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(let_go(new_world()));
        in_a_process([] {});
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(a_user_namespace_alone_undoes_nothing)
{
    require_namespaces("user");
    const SemSet set { 1, 0666 };
    REQUIRE_OK(set.set_value(0, 5));
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(let_go(CLONE_NEWUSER));
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(a_task_that_fails_to_leave_keeps_its_adjustments)
{
    const Realm realm;
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        EXPECT_ERR(realm.file().enter(another_kind().flag), EINVAL);
        EXPECT_ERR(enter_by_pidfd(realm.keeper(), 0), EINVAL);
        EXPECT_EQ(set.value(), 4);
        drop_capability(CAP_SYS_ADMIN);
        EXPECT_ERR(let_go(new_ipc()), EPERM);
        EXPECT_ERR(realm.file().enter(), EPERM);
        EXPECT_ERR(enter_by_pidfd(realm.keeper(), new_ipc()), EPERM);
        EXPECT_EQ(set.value(), 4);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(adjustments_made_after_leaving_are_undone_in_the_new_namespace)
{
    const Realm realm;
    realm.in([] {
        const int id = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600)));
        REQUIRE_OK(sysv::semctl(id, 0, SETVAL, 9ul));
    });
    const SemSet set { Values { 5 } };
    in_a_process([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        realm.enter();
        REQUIRE_OK(operate(0, times(1, undone(down(0, 4)))));
        EXPECT_EQ(sysv::semctl(0, 0, GETVAL), Outcome::raw(5));
    });
    EXPECT_EQ(set.value(), 5);
    realm.in([] { EXPECT_EQ(sysv::semctl(0, 0, GETVAL), Outcome::raw(9)); });
}

TEST(sets_with_one_id_in_two_namespaces_are_adjusted_apart)
{
    in_a_new_ipc_namespace([] {
        const NamespaceFile first;
        const SemSet one { Values { 10 } };
        in_a_process([&] {
            REQUIRE_OK(one.operate({ undone(down(0, 3)) }));
            REQUIRE_OK(let_go(new_ipc()));
            const int other = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600)));
            EXPECT_EQ(other, one.id());
            REQUIRE_OK(operate(other, times(1, undone(up(0, 5)))));
            EXPECT_EQ(sysv::semctl(other, 0, GETVAL), Outcome::raw(5));
            REQUIRE_OK(first.enter());
            EXPECT_EQ(one.value(), 10);
        });
        EXPECT_EQ(one.value(), 10);
    });
}

TEST(undo_by_leaving_wakes_waiters)
{
    require_ipc_namespaces();
    const SemSet set { Values { 1 } };
    const Shared<Rendezvous> gate;
    Actor leaver { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        gate->meet(2);
        gate->meet(2);
        REQUIRE_OK(let_go(new_ipc()));
        pause();
        return Outcome::raw(0);
    } };
    gate->meet(2);
    Actor sleeper = sleeper_in(set, { down() });
    gate->meet(2);
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(set.value(), 0);
}

TEST(a_removed_set_does_not_disturb_a_task_that_leaves)
{
    require_ipc_namespaces();
    in_a_process([] {
        SemSet gone { Values { 5 } };
        const SemSet set { Values { 5 } };
        REQUIRE_OK(gone.operate({ undone(down()) }));
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(gone.remove());
        const NamespaceFile home;
        REQUIRE_OK(let_go(new_ipc()));
        REQUIRE_OK(home.enter());
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(the_last_task_may_leave_a_namespace_with_adjustments)
{
    in_a_new_ipc_namespace([] {
        for (int i = 0; i < 20; ++i) {
            const int id = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 3, 0600)));
            EXPECT_EQ(id, 0);
            const Operations two { undone(up(0, 2)), undone(up(2)) };
            REQUIRE_OK(operate(id, two));
            REQUIRE_OK(let_go(new_ipc()));
        }
    });
}

TEST(a_thread_that_leaves_drops_its_share_only)
{
    in_a_new_ipc_namespace([] {
        const SemSet set { Values { 5 } };
        std::thread { [&] {
            EXPECT_OK(set.operate({ undone(down()) }));
            EXPECT_OK(let_go(new_ipc()));
        } }.join();
        // The adjustments belong to the process, and its other thread still refers to them.
        EXPECT_EQ(set.value(), 4);
        REQUIRE_OK(NamespaceFile {}.enter());
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(a_thread_that_left_starts_without_adjustments)
{
    in_a_new_ipc_namespace([] {
        const NamespaceFile home;
        const SemSet set { Values { 5 } };
        REQUIRE_OK(set.operate({ undone(down()) }));
        std::thread { [&] {
            EXPECT_OK(let_go(new_ipc()));
            EXPECT_OK(home.enter());
            EXPECT_OK(set.operate({ undone(down(0, 2)) }));
            EXPECT_EQ(sysv::semctl(set.id(), 0, GETVAL), Outcome::raw(2));
        } }.join();
        // Operations of the thread after it had left were its own.
        wait_until([&] { return set.value() == 4; });
        REQUIRE_OK(let_go(CLONE_SYSVSEM));
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(the_last_thread_undoes_when_all_others_have_left)
{
    const SemSet set { Values { 5 } };
    in_a_new_ipc_namespace([&] {
        const SemSet inner { Values { 5 } };
        const NamespaceFile home;
        REQUIRE_OK(inner.operate({ undone(down()) }));
        for (int i = 0; i < 3; ++i)
            std::thread { [&] { EXPECT_OK(let_go(new_ipc())); } }.join();
        EXPECT_EQ(inner.value(), 4);
        REQUIRE_OK(let_go(new_ipc()));
        REQUIRE_OK(home.enter());
        EXPECT_EQ(inner.value(), 5);
    });
    EXPECT_EQ(set.value(), 5);
}

TEST(a_sharing_clone_keeps_the_adjustments_of_a_task_that_has_left)
{
    in_a_new_ipc_namespace([] {
        const SemSet set { Values { 5 } };
        const Shared<Rendezvous> gate;
        const NamespaceFile home;
        REQUIRE_OK(set.operate({ undone(down()) }));
        Actor sharer { static_cast<unsigned long>(CLONE_SYSVSEM), [&] {
                          gate->meet(2);
                          return Outcome::raw(0);
                      } };
        REQUIRE_OK(let_go(new_ipc()));
        REQUIRE_OK(home.enter());
        EXPECT_EQ(set.value(), 4);
        gate->meet(2);
        REQUIRE_OK(sharer.join());
        EXPECT_EQ(set.value(), 5);
    });
}

TEST(a_clone_in_a_new_namespace_has_nothing_to_undo)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    REQUIRE_OK(set.operate({ undone(down()) }));
    Actor child { new_ipc(), [&] {
                     EXPECT_ERR(set.operate({ up() }), EINVAL);
                     return Outcome::raw(0);
                 } };
    REQUIRE_OK(child.join());
    EXPECT_EQ(set.value(), 4);
}

TEST(clones_in_a_new_ipc_namespace_cannot_share)
{
    require_ipc_namespaces();
    const SemSet set { Values { 5 } };
    REQUIRE_OK(set.operate({ undone(down()) }));
    if (new_ipc() == CLONE_NEWIPC) {
        EXPECT_ERR(
            Outcome::of(syscall(SYS_clone, CLONE_SYSVSEM | CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0)),
            EINVAL);
        EXPECT_EQ(set.value(), 4);
        return;
    }
    // To the kernel, the namespace used instead has nothing to do with sharing.
    const Shared<Rendezvous> gate;
    Actor child { CLONE_SYSVSEM | new_ipc(), [&] {
                     gate->meet(2);
                     return Outcome::raw(0);
                 } };
    REQUIRE_OK(let_go(CLONE_SYSVSEM));
    EXPECT_EQ(set.value(), 5);
    gate->meet(2);
    EXPECT_OK(child.join());
}

} // namespace
