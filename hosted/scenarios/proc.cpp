// SPDX-License-Identifier: GPL-2.0
/* Scenarios of the module's own files below /proc/sysvipc: what they show while objects are removed. */
#include "scenario.hpp"
#include "../../kunit/kernel_file.hpp"

#include <msg/msg_queue.hpp>
#include <ns/namespaces.hpp>
#include <proc/proc_files.hpp>
#include <sem/sem_set.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct ProcScenario : ScenarioFixture {
    explicit ProcScenario(kapi_kunit* test) noexcept : ScenarioFixture(test)
    {
        if (!ScenarioFixture::is_ready())
            return;
        Namespaces::set_initial(&ns());
        are_files_there_ = start_proc_files().ok();
    }
    ~ProcScenario()
    {
        if (are_files_there_)
            stop_proc_files();
        Namespaces::set_initial(nullptr);
    }
    [[nodiscard]] bool is_ready() const noexcept
    {
        return ScenarioFixture::is_ready() && are_files_there_;
    }

    /* The lines below the header, if all of them are whole; else a number that no file has. */
    [[nodiscard]] static i64 rows_of(const char* path) noexcept
    {
        constexpr i64 kBroken = -1;

        char text[1024];
        KernelFile file { path };
        if (!file)
            return kBroken;
        i64 size = 0;
        i64 lines = 0;
        for (;;) {
            const i64 got = file.read(text + size, sizeof(text) - static_cast<usize>(size));
            if (got < 0)
                return kBroken;
            if (got == 0)
                break;
            size += got;
        }
        for (i64 i = 0; i < size; ++i)
            lines += text[i] == '\n' ? 1 : 0;
        return size > 0 && text[size - 1] == '\n' ? lines - 1 : kBroken;
    }

    static constexpr Errno kDone {};

private:
    bool are_files_there_ { false };
};

struct Letter {
    i64 type;
    char text[16];
};

} // namespace

TEST_CASE(ProcScenario, who_waits_at_a_queue_and_its_removal)
{
    const IpcId queue = REQUIRE(msgget(ns(), kPrivateKey, abi::IPC_CREAT | 0600));
    i64 waiting = 0;
    i64 listed = 0;
    Errno received {};
    Errno removed {};
    {
        Thread receiver {
            0,
            [&] {
                Letter letter {};
                received =
                    msgrcv(ns(), queue, address_of(&letter), sizeof(letter.text), 0, 0).error();
            }
        };
        Thread reader { 0, [&] {
                           waiting = rows_of("/proc/sysvipc/msg_waiters");
                           listed = rows_of("/proc/sysvipc/msg_stats");
                       } };
        Thread remover { 0, [&] {
                            removed = msgctl(ns(), queue, KAPI_IPC_RMID, UserAddress { 0 }).error();
                        } };
        explore(receiver, reader, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(received == Errno::EIDRM || received == Errno::EINVAL);
    EXPECT(waiting == 0 || waiting == 1);
    EXPECT(listed == 0 || listed == 1);
    EXPECT_EQ(rows_of("/proc/sysvipc/msg_stats"), 0);
}

TEST_CASE(ProcScenario, who_waits_at_a_set_and_its_removal)
{
    const IpcId set = REQUIRE(semget(ns(), kPrivateKey, 2, abi::IPC_CREAT | 0600));
    i64 waiting = 0;
    i64 listed = 0;
    Errno operated {};
    Errno removed {};
    {
        Thread waiter { 0, [&] {
                           abi::SemOp take { 0, -1, 0 };
                           operated = semop(ns(), set, address_of(&take), 1).error();
                       } };
        Thread reader { 0, [&] {
                           waiting = rows_of("/proc/sysvipc/sem_waiters");
                           listed = rows_of("/proc/sysvipc/sem_stats");
                       } };
        Thread remover { 0, [&] { removed = semctl(ns(), set, 0, KAPI_IPC_RMID, 0).error(); } };
        explore(waiter, reader, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(operated == Errno::EIDRM || operated == Errno::EINVAL);
    EXPECT(waiting == 0 || waiting == 1);
    EXPECT(listed == 0 || listed == 1);
    EXPECT_EQ(rows_of("/proc/sysvipc/sem_stats"), 0);
}

TEST_CASE(ProcScenario, what_is_to_be_undone_and_the_removal_of_its_set)
{
    const IpcId set = REQUIRE(semget(ns(), kPrivateKey, 2, abi::IPC_CREAT | 0600));
    abi::SemOp up { 1, 1, KAPI_SEM_UNDO };
    EXPECT_EQ(semop(ns(), set, address_of(&up), 1).error(), kDone);
    EXPECT_EQ(rows_of("/proc/sysvipc/sem_undo"), 1);
    i64 to_undo = 0;
    Errno removed {};
    {
        Thread reader { 0, [&] { to_undo = rows_of("/proc/sysvipc/sem_undo"); } };
        Thread remover { 0, [&] { removed = semctl(ns(), set, 0, KAPI_IPC_RMID, 0).error(); } };
        explore(reader, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(to_undo == 0 || to_undo == 1);
    EXPECT_EQ(rows_of("/proc/sysvipc/sem_undo"), 0);
}

TEST_CASE(ProcScenario, what_has_happened_to_a_segment_and_its_removal)
{
    const IpcId segment = REQUIRE(shmget(ns(), kPrivateKey, KAPI_PAGE_SIZE, abi::IPC_CREAT | 0600));
    i64 listed = 0;
    Errno removed {};
    {
        Thread reader { 0, [&] { listed = rows_of("/proc/sysvipc/shm_stats"); } };
        Thread remover { 0, [&] {
                            removed =
                                shmctl(ns(), segment, KAPI_IPC_RMID, UserAddress { 0 }).error();
                        } };
        explore(reader, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(listed == 0 || listed == 1);
    EXPECT_EQ(rows_of("/proc/sysvipc/shm_stats"), 0);
}

} // namespace sysvipc
