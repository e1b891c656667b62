// SPDX-License-Identifier: GPL-2.0
/*
 * The end of an IPC namespace: it ends with the last reference of any kind, and all objects
 * and their memory are freed.
 */
#include "lib/facility.hpp"
#include "lib/proc_file.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"
#include "namespace/shared_memory.hpp"

#include <csignal>
#include <fcntl.h>
#include <memory>
#include <sys/mount.h>

namespace {

// The memory of all other users.  Measured once: a test may begin before the previous one's memory is freed.
const std::size_t shared_memory_of_others = shared_memory();

// The kernel's sum may be behind by half a megabyte for each CPU.
void expect_large()
{
    EXPECT(shared_memory() > shared_memory_of_others + kLarge / 2);
}

// The kernel ends namespaces in its own time.
void wait_for_the_end(std::size_t large_left = 0)
{
    wait_until([&] {
        return shared_memory() < shared_memory_of_others + large_left * kLarge + kLarge / 4;
    });
}

TEST(the_exit_of_the_last_process_ends_it)
{
    in_a_new_ipc_namespace([&] {
        (void)make_large();
        in_a_process([] {}); // a process that is not the last
        expect_large();
    });
    wait_for_the_end();
}

TEST(a_kill_of_the_last_process_ends_it)
{
    require_ipc_namespaces();
    Actor process { new_ipc(), [] {
                       (void)make_large();
                       raise(SIGKILL);
                       return Outcome::raw(0);
                   } };
    process.join_killed(SIGKILL);
    wait_for_the_end();
}

TEST(a_process_that_nobody_has_waited_for_does_not_keep_it)
{
    require_ipc_namespaces();
    Actor process { new_ipc(), [] {
                       (void)make_large();
                       return Outcome::raw(0);
                   } };
    wait_until([&] { return !process.is_running(); });
    wait_for_the_end();
    REQUIRE_OK(process.join());
}

TEST(leaving_for_a_new_one_ends_it)
{
    in_a_new_ipc_namespace([] {
        (void)make_large();
        expect_large();
        REQUIRE_OK(let_go(new_ipc()));
        wait_for_the_end();
    });
}

TEST(leaving_for_an_old_one_ends_it)
{
    require_ipc_namespaces();
    const NamespaceFile home;
    in_a_new_ipc_namespace([&] {
        (void)make_large();
        expect_large();
        REQUIRE_OK(home.enter());
        wait_for_the_end();
    });
}

TEST(closing_the_last_file_ends_it)
{
    Realm realm;
    NamespaceFile file = realm.file();
    realm.in([] { (void)make_large(); });
    realm.leave_alone();
    in_a_process([&] {
        REQUIRE_OK(file.enter());
        EXPECT(segment_exists(0));
    });
    expect_large();
    file.close();
    wait_for_the_end();
}

TEST(unmounting_the_last_file_ends_it)
{
    constexpr const char* kPath = "/tmp/ipc_namespace";
    Realm realm;
    close(open(kPath, O_CREAT | O_RDONLY | O_CLOEXEC, 0600));
    const auto file = "/proc/" + std::to_string(realm.keeper()) + "/ns/" + kind_of_ipc().name;
    REQUIRE_EQ(mount(file.c_str(), kPath, nullptr, MS_BIND, nullptr), 0);
    realm.in([] { (void)make_large(); });
    realm.leave_alone();
    in_a_process([&] {
        REQUIRE_OK(NamespaceFile { kPath }.enter());
        EXPECT(segment_exists(0));
    });
    expect_large();
    REQUIRE_EQ(umount(kPath), 0);
    unlink(kPath);
    wait_for_the_end();
}

FACILITY_TEST(closing_the_last_proc_file_ends_the_namespace_of_a)
{
    in_a_new_ipc_namespace([&] {
        (void)make_large();
        const auto view = std::make_unique<ProcFile>(facility.file);
        REQUIRE_OK(let_go(new_ipc()));

        // By when a younger one has ended, this one would have.
        (void)make_large();
        REQUIRE_OK(let_go(new_ipc()));
        wait_for_the_end(1);

        expect_large();
        EXPECT_EQ(split_lines(view->read_rest()).size(), facility.file == kProcShm ? 2u : 1u);
    });
    wait_for_the_end();
}

TEST(the_last_detachment_ends_it)
{
    in_a_new_ipc_namespace([] {
        (void)make_large();
        const int small = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
        const auto memory = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(small, nullptr, 0)));
        REQUIRE_OK(let_go(new_ipc()));

        (void)make_large();
        REQUIRE_OK(let_go(new_ipc()));
        wait_for_the_end(1);

        expect_large();
        memory[0] = 'x';
        REQUIRE_OK(sysv::shmdt(memory));
        wait_for_the_end();
    });
}

TEST(a_marked_segment_that_is_attached_keeps_it)
{
    in_a_new_ipc_namespace([] {
        const int large = make_large();
        const auto memory = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(large, nullptr, 0)));
        REQUIRE_OK(sysv::shmctl(large, IPC_RMID));
        REQUIRE_OK(let_go(new_ipc()));
        expect_large();
        EXPECT_EQ(memory[kLarge - kPage], 'x');
        REQUIRE_OK(sysv::shmdt(memory));
        wait_for_the_end();
    });
}

TEST(a_namespace_with_users_of_its_own_ends_too)
{
    Realm realm { new_world() };
    realm.in([] { (void)make_large(); });
    expect_large();
    realm.leave_alone();
    wait_for_the_end();
}

// A process that sleeps in `call`, by `wait`, in a namespace with a large segment, a queue and a set.
// Nothing else keeps the namespace.
Actor alone_in_a_namespace(long call, Outcome (*wait)())
{
    Realm realm;
    realm.in([] {
        (void)make_large();
        (void)REQUIRE_OK(sysv::msgget(kKey, IPC_CREAT | 0600));
        (void)REQUIRE_OK(sysv::semget(kKey, 1, IPC_CREAT | 0600));
    });
    Actor sleeper { [&] {
        realm.enter();
        return wait();
    } };
    sleeper.wait_asleep_in(call);
    return sleeper;
}

TEST(a_waiting_receiver_keeps_it)
{
    Actor receiver = alone_in_a_namespace(SYS_msgrcv, [] { return receive(0, 0, 0).outcome; });
    in_a_process([&] {
        REQUIRE_OK(NamespaceFile(receiver.pid()).enter());
        EXPECT_EQ(sysv::msgget(kKey, 0), Outcome::raw(0));
        EXPECT(segment_exists(0));
        REQUIRE_OK(send(0, 1, "text"));
    });
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
    wait_for_the_end();
}

TEST(a_kill_of_the_waiting_receiver_ends_it)
{
    Actor receiver = alone_in_a_namespace(SYS_msgrcv, [] { return receive(0, 0, 0).outcome; });
    expect_large();
    receiver.signal(SIGKILL);
    receiver.join_killed(SIGKILL);
    wait_for_the_end();
}

TEST(a_waiting_semop_keeps_it)
{
    Actor sleeper = alone_in_a_namespace(sysv::kSemopNumber,
                                         [] { return operate(0, times(1, undone(down()))); });
    in_a_process([&] {
        REQUIRE_OK(NamespaceFile(sleeper.pid()).enter());
        EXPECT(segment_exists(0));
        REQUIRE_OK(operate(0, times(1, up())));
    });
    EXPECT_OK(sleeper.join());
    wait_for_the_end();
}

} // namespace
