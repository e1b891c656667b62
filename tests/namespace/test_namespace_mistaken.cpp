// SPDX-License-Identifier: GPL-2.0
/*
 * Objects that look the same in two namespaces and must not be confused.
 */
#include "lib/harness.hpp"
#include "lib/int80.hpp"
#include "lib/limit_file.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"

namespace {

// By the call of 32-bit programs where all can make it.
long unshare_namespace()
{
#ifdef __x86_64__
    constexpr long kUnshare = 310; // as they number it
    return int80(kUnshare, new_ipc());
#else
    return unshare(static_cast<int>(new_ipc()));
#endif
}

// Ids begin at 0 in each namespace.
TEST(a_set_of_the_same_id_in_another_namespace_is_another_set_for_undo)
{
    in_a_new_ipc_namespace([] {
        const NamespaceFile first;
        const SemSet small { Values { 5 } };
        REQUIRE_OK(small.operate({ undone(down()) }));
        REQUIRE_EQ(unshare_namespace(), 0);
        {
            const SemSet large { Values(1000, 1) };
            EXPECT_EQ(large.id(), small.id());
            in_a_process([&] {
                REQUIRE_OK(large.operate({ undone(down(999)) }));
                EXPECT_EQ(large.value(999), 0);
            });
            REQUIRE_OK(large.operate({ undone(up(999)), undone(up(0)) }));
            EXPECT_EQ(large.value(999), 2);
            EXPECT_EQ(large.value(0), 2);
            REQUIRE_OK(let_go(CLONE_SYSVSEM));
            EXPECT_EQ(large.value(999), 1);
            EXPECT_EQ(large.value(0), 1);
        }
        REQUIRE_OK(first.enter());
        EXPECT_EQ(small.value(), 5);
    });
}

// Root of a user namespace opens a file there; a process outside writes to it.
TEST(a_limit_opened_in_a_namespace_changes_nothing_outside)
{
    const Realm world { new_world() };
    const LimitFile file { "msgmni" };
    const std::string before = file.text();
    struct Board {
        int fd;
        Rendezvous gate;
    };
    const Shared<Board> board;
    Actor root { [&] {
        world.enter();
        board->fd = open(file.path(), O_WRONLY);
        REQUIRE(board->fd >= 0);
        board->gate.meet(2);
        board->gate.meet(2);
        return Outcome::raw(0);
    } };
    board->gate.meet(2);
    const auto process = static_cast<int>(syscall(SYS_pidfd_open, root.pid(), 0));
    REQUIRE(process >= 0);
    const auto passed_on = static_cast<int>(syscall(SYS_pidfd_getfd, process, board->fd, 0));
    REQUIRE(passed_on >= 0);
    (void)!write(passed_on, "7", 1);
    close(passed_on);
    close(process);
    board->gate.meet(2);
    EXPECT_OK(root.join());
    EXPECT_EQ(file.text(), before);
}

} // namespace
