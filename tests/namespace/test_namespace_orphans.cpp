// SPDX-License-Identifier: GPL-2.0
/*
 * shm_rmid_forced and IPC namespaces: which exits, and which changes of namespace, remove segments.
 */
#include "lib/proc_table.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <thread>
#include <unistd.h>

namespace {

constexpr const char* kFile = "/proc/sys/kernel/shm_rmid_forced";

void switch_to(bool forced)
{
    REQUIRE(write_file(kFile, forced ? "1" : "0"));
}

int make()
{
    return static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
}

// Runs a process in a namespace of its own, where it has created segment 0, and returns whether the
// segment is there afterwards.
bool survives(bool forced, const std::function<void(const NamespaceFile& home)>& deed)
{
    const Shared<bool> survived;
    in_a_new_ipc_namespace([&] {
        const NamespaceFile home;
        switch_to(forced);
        const Shared<Rendezvous> gate;
        Actor creator { [&] {
            EXPECT_EQ(make(), 0);
            deed(home);
            gate->meet(2);
            gate->meet(2);
            return Outcome::raw(0);
        } };
        gate->meet(2);
        *survived = segment_exists(0);
        gate->meet(2);
        REQUIRE_OK(creator.join());
        EXPECT_EQ(segment_exists(0), !forced);
    });
    return *survived;
}

TEST(it_is_off_in_a_new_namespace)
{
    require_ipc_namespaces();
    const LimitOverride on { "shm_rmid_forced", 1 };
    in_a_new_ipc_namespace([] {
        EXPECT(read_file(kFile) == "0\n");
        in_a_process([] { (void)make(); });
        EXPECT(segment_exists(0));
    });
}

TEST(switched_on_in_one_namespace_it_leaves_the_others_alone)
{
    const Realm realm;
    realm.in([] {
        in_a_process([] { (void)make(); });
        EXPECT(segment_exists(0));
    });
    in_a_new_ipc_namespace([] {
        in_a_process([] { (void)make(); });
        switch_to(true);
        EXPECT(!segment_exists(0));
    });
    EXPECT(read_file(kFile) == "0\n");
    realm.in([] {
        EXPECT(read_file(kFile) == "0\n");
        EXPECT(segment_exists(0));
    });
}

TEST(unshare_removes_the_segments_of_its_caller)
{
    EXPECT(!survives(true, [](const auto&) { REQUIRE_OK(let_go(new_ipc())); }));
}

TEST(unshare_removes_nothing_where_it_is_off)
{
    EXPECT(survives(false, [](const auto&) { REQUIRE_OK(let_go(new_ipc())); }));
}

TEST(unshare_together_with_other_kinds_removes_it)
{
    EXPECT(
        !survives(true, [](const auto&) { REQUIRE_OK(let_go(another_kind().flag | new_ipc())); }));
}

TEST(unshare_of_other_kinds_removes_nothing)
{
    EXPECT(survives(true, [](const auto&) {
        unsigned long kinds = 0;
        for (const auto& kind : other_kinds_of_namespaces())
            kinds |= kind.flag;
        REQUIRE_OK(let_go(kinds));
    }));
    EXPECT(survives(true, [](const auto&) { REQUIRE_OK(let_go(CLONE_SYSVSEM)); }));
}

TEST(unshare_that_is_refused_removes_nothing)
{
    EXPECT(survives(true, [](const auto&) {
        drop_capability(CAP_SYS_ADMIN);
        EXPECT_ERR(let_go(new_ipc()), EPERM);
    }));
}

TEST(unshare_by_a_thread_removes_nothing_of_the_others)
{
    EXPECT(survives(
        true, [](const auto&) { std::thread { [] { REQUIRE_OK(let_go(new_ipc())); } }.join(); }));
}

TEST(unshare_by_a_child_removes_nothing_of_its_parent)
{
    EXPECT(
        survives(true, [](const auto&) { in_a_process([] { REQUIRE_OK(let_go(new_ipc())); }); }));
}

TEST(a_clone_in_a_new_namespace_removes_nothing_of_its_parent)
{
    EXPECT(survives(true, [](const auto&) {
        Actor child { new_ipc(), [] { return Outcome::raw(0); } };
        REQUIRE_OK(child.join());
    }));
}

TEST(setns_removes_nothing)
{
    const Realm realm;
    EXPECT(survives(true, [&](const auto&) { REQUIRE_OK(realm.file().enter()); }));
}

TEST(setns_to_the_own_namespace_removes_nothing)
{
    EXPECT(survives(true, [](const auto& home) { REQUIRE_OK(home.enter()); }));
}

TEST(unshare_after_setns_removes_segments_created_before)
{
    const Realm realm;
    EXPECT(!survives(true, [&](const auto&) {
        REQUIRE_OK(realm.file().enter());
        REQUIRE_OK(let_go(new_ipc()));
    }));
}

TEST(exit_in_another_namespace_removes_the_segments_created_in_the_first)
{
    const Realm realm;
    in_a_new_ipc_namespace([&] {
        switch_to(true);
        in_a_process([&] {
            EXPECT_EQ(make(), 0);
            REQUIRE_OK(realm.file().enter());
            EXPECT_EQ(make(), 0);
        });
        EXPECT(!segment_exists(0));
    });
    // Here it is off.
    realm.in([] { EXPECT(segment_exists(0)); });
}

TEST(exit_removes_segments_in_each_namespace_with_rmid_forced)
{
    const Realm realms[4];
    for (int i = 0; i < 4; ++i)
        realms[i].in([&] { switch_to(i % 2 == 0); });
    in_a_process([&] {
        for (const Realm& realm : realms) {
            REQUIRE_OK(realm.file().enter());
            EXPECT_EQ(make(), 0);
            EXPECT_EQ(make(), 1);
        }
    });
    for (int i = 0; i < 4; ++i)
        realms[i].in([&] {
            EXPECT_EQ(segment_exists(0), i % 2 == 1);
            EXPECT_EQ(shm_usage().used_ids, i % 2 == 1 ? 2 : 0);
        });
}

TEST(exit_of_a_thread_in_another_namespace_removes_its_segments)
{
    const Realm realm;
    in_a_new_ipc_namespace([&] {
        switch_to(true);
        std::thread { [&] {
            EXPECT_EQ(make(), 0);
            EXPECT_OK(realm.file().enter());
        } }.join();
        // join() returns a little before the thread has left the kernel.
        wait_until([] { return !segment_exists(0); });
    });
}

TEST(the_last_detachment_in_another_namespace_removes_it)
{
    const Realm realm;
    in_a_new_ipc_namespace([&] {
        const NamespaceFile home;
        switch_to(true);
        const int id = make();
        const auto memory = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(id, nullptr, 0)));
        in_a_process([&] {
            REQUIRE_OK(let_go(new_ipc()));
            REQUIRE_OK(sysv::shmdt(memory));
        });
        EXPECT(segment_exists(id)); // the parent has it still
        REQUIRE_OK(realm.file().enter()); // where it is off
        REQUIRE_OK(sysv::shmdt(memory));
        REQUIRE_OK(home.enter());
        EXPECT(!segment_exists(id));
    });
}

TEST(an_attached_segment_stays_when_its_creator_leaves)
{
    in_a_new_ipc_namespace([] {
        const NamespaceFile home;
        switch_to(true);
        const int id = make();
        const auto memory = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(id, nullptr, 0)));
        memory[0] = 'x';
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT_EQ(memory[0], 'x');
        REQUIRE_OK(home.enter());
        EXPECT_EQ(segment_stat_of(id).nattch, 1u);
        REQUIRE_OK(sysv::shmdt(memory));
        EXPECT(!segment_exists(id));
    });
}

TEST(a_segment_of_a_task_that_left_is_an_orphan_when_it_is_switched_on_later)
{
    in_a_new_ipc_namespace([] {
        const Shared<Rendezvous> gate;
        Actor leaver { [&] {
            (void)make();
            REQUIRE_OK(let_go(new_ipc()));
            gate->meet(2);
            pause();
            return Outcome::raw(0);
        } };
        gate->meet(2);
        EXPECT(segment_exists(0));
        switch_to(true);
        EXPECT(!segment_exists(0));
    });
}

TEST(a_segment_of_an_absent_creator_is_no_orphan_when_it_is_switched_on_later)
{
    const Realm realm;
    in_a_new_ipc_namespace([&] {
        const Shared<Rendezvous> gate;
        Actor absent { [&] {
            (void)make();
            REQUIRE_OK(realm.file().enter());
            gate->meet(2);
            gate->meet(2);
            return Outcome::raw(0);
        } };
        gate->meet(2);
        switch_to(true);
        EXPECT(segment_exists(0));
        gate->meet(2);
        REQUIRE_OK(absent.join());
        EXPECT(!segment_exists(0));
    });
}

TEST(a_creator_of_segments_survives_the_end_of_their_namespace)
{
    in_a_new_ipc_namespace([] {
        switch_to(true);
        for (int i = 0; i < 20; ++i)
            (void)make();
        const Realm realm;
        REQUIRE_OK(realm.file().enter()); // no task is left there, but this one was the creator
        for (int i = 0; i < 20; ++i)
            (void)make();
        EXPECT_EQ(shm_usage().used_ids, 20);
    });
}

} // namespace
