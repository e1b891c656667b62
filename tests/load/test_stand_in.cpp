// SPDX-License-Identifier: GPL-2.0
/*
 * test_stand_in [PATH]: the parameter "namespaces": those of another kind have System V IPC of their own where the kernel
 * has no IPC namespaces.
 */
#include "lib/facility.hpp"
#include "lib/module.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>

namespace {

// Runs `body` for each kind that this kernel has, with the module loaded for it.
void for_each_kind(const std::function<void(const NamespaceKind&)>& body)
{
    module::require_unloaded();
    if (has_namespaces("ipc"))
        harness::skip("this kernel has IPC namespaces");
    for (const auto& kind : std::vector<NamespaceKind> {
             { "mnt", CLONE_NEWNS }, { "uts", CLONE_NEWUTS }, { "net", CLONE_NEWNET } }) {
        if (!has_namespaces(kind.name))
            continue;
        REQUIRE_OK(module::load((std::string { "namespaces=" } + kind.name).c_str()));
        body(kind);
        // The objects left in a namespace are destroyed soon after it.
        wait_until([] { return module::unload().ok(); });
    }
}

FACILITY_TEST(another_kind_of_namespace_has_its_own)
{
    for_each_kind([&](const NamespaceKind& kind) {
        const int outside = facility.make(kKey);
        Actor inside { [&] {
            const NamespaceFile home { std::string { kind.name } };
            REQUIRE_OK(let_go(kind.flag));
            EXPECT(!facility.has(outside));
            EXPECT(facility.listed().empty());
            EXPECT_ERR(facility.get(kKey, 0), ENOENT);
            const int own = facility.make(kKey);
            EXPECT(facility.has(own));
            EXPECT_EQ(facility.listed().size(), 1U);
            REQUIRE_OK(home.enter(kind.flag));
            EXPECT(facility.has(outside));
            return Outcome::raw(0);
        } };
        EXPECT_EQ(inside.join(), Outcome::raw(0));
        EXPECT(facility.has(outside));
        EXPECT_EQ(facility.listed().size(), 1U);
        EXPECT_OK(facility.remove(outside));
    });
}

FACILITY_TEST(another_kind_of_namespace_by_clone_has_its_own)
{
    for_each_kind([&](const NamespaceKind& kind) {
        const int outside = facility.make(kKey);
        Actor inside { kind.flag, [&] {
                          EXPECT(facility.listed().empty());
                          (void)facility.make(kKey);
                          return Outcome::raw(0);
                      } };
        EXPECT_EQ(inside.join(), Outcome::raw(0));
        EXPECT_EQ(facility.listed().size(), 1U);
        EXPECT_OK(facility.remove(outside));
    });
}

// The last reference may be dropped on another path of the kernel than the exit of a task.
FACILITY_TEST(a_namespace_held_only_by_a_file_ends_with_its)
{
    for_each_kind([&](const NamespaceKind& kind) {
        Actor inside { [&] {
            REQUIRE_OK(let_go(kind.flag));
            (void)facility.make(kKey);
            raise(SIGSTOP);
            return Outcome::raw(0);
        } };
        inside.wait_stopped();
        NamespaceFile file { std::string { kind.name }, inside.pid() };
        inside.signal(SIGCONT);
        EXPECT_EQ(inside.join(), Outcome::raw(0));
        EXPECT_ERR(module::unload(), EAGAIN);
        file.close();
    });
}

TEST(a_namespace_that_an_attachment_held_last_ends)
{
    for_each_kind([](const NamespaceKind& kind) {
        for (const bool detaches : { false, true }) {
            Actor inside { [&] {
                const NamespaceFile home { std::string { kind.name } };
                REQUIRE_OK(let_go(kind.flag));
                const int id = shmget(IPC_PRIVATE, 1, 0600);
                void* const at = shmat(id, nullptr, 0);
                REQUIRE(at != reinterpret_cast<void*>(-1));
                REQUIRE_OK(home.enter(kind.flag));
                if (detaches)
                    EXPECT_EQ(shmdt(at), 0);
                return Outcome::raw(0);
            } };
            EXPECT_EQ(inside.join(), Outcome::raw(0));
        }
    });
}

FACILITY_TEST(nested_namespaces_end_with_their)
{
    for_each_kind([&](const NamespaceKind& kind) {
        Actor inside { [&] {
            for (int depth = 0; depth < 3; ++depth) {
                REQUIRE_OK(let_go(kind.flag));
                (void)facility.make(kKey);
            }
            return Outcome::raw(0);
        } };
        EXPECT_EQ(inside.join(), Outcome::raw(0));
    });
}

// Memory and numbers of namespaces are used again at once.
FACILITY_TEST(a_new_namespace_never_finds_an_earlier_namespaces)
{
    for_each_kind([&](const NamespaceKind& kind) {
        for (int round = 0; round < 30; ++round) {
            Actor inside { [&] {
                REQUIRE_OK(let_go(kind.flag));
                EXPECT(facility.listed().empty());
                (void)facility.make(kKey);
                // The file is closed last.
                const NamespaceFile file { std::string { kind.name } };
                return NamespaceFile { std::string { kind.name }, std::to_string(getppid()) }.enter(
                    kind.flag);
            } };
            EXPECT_OK(inside.join());
        }
    });
}

TEST(leaving_such_a_namespace_undoes)
{
    for_each_kind([](const NamespaceKind& kind) {
        const SemSet set { Values { 0 } };
        Actor leaving { [&] {
            REQUIRE_OK(set.operate({ undone(up()) }));
            REQUIRE_OK(let_go(kind.flag));
            raise(SIGSTOP);
            return Outcome::raw(0);
        } };
        leaving.wait_stopped();
        EXPECT_EQ(set.value(), 0);
        leaving.signal(SIGCONT);
        EXPECT_EQ(leaving.join(), Outcome::raw(0));
    });
}

TEST(undo_is_not_shared_with_another_such_namespace)
{
    for_each_kind([](const NamespaceKind& kind) {
        const SemSet set { Values { 0 } };
        Actor parent { [&] {
            REQUIRE_OK(set.operate({ undone(up()) }));
            const Shared<Rendezvous> gate;
            Actor child { kind.flag | CLONE_SYSVSEM, [&] {
                             gate->meet(2);
                             return Outcome::raw(0);
                         } };
            EXPECT_EQ(set.value(), 1);
            REQUIRE_OK(let_go(CLONE_SYSVSEM));
            EXPECT_EQ(set.value(), 0); // the child, if it shared, would keep it
            gate->meet(2);
            EXPECT_EQ(child.join(), Outcome::raw(0));
            return Outcome::raw(0);
        } };
        EXPECT_EQ(parent.join(), Outcome::raw(0));
    });
}

TEST(an_unknown_kind_is_refused)
{
    module::require_unloaded();
    for (const char* parameters :
         { "namespaces=ipc", "namespaces=pid", "namespaces=user", "namespaces=utsx" })
        EXPECT_ERR(module::load(parameters), has_namespaces("ipc") ? EOPNOTSUPP : EINVAL);
    REQUIRE_OK(module::load("namespaces="));
    REQUIRE_OK(module::unload());
}

TEST(kernels_with_ipc_namespaces_refuse_others)
{
    module::require_unloaded();
    if (!has_namespaces("ipc"))
        harness::skip("this kernel has no IPC namespaces");
    EXPECT_ERR(module::load("namespaces=uts"), EOPNOTSUPP);
    module::expect_absent();
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
