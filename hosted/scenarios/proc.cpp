// SPDX-License-Identifier: GPL-2.0
/* Scenarios of the module's own files below /proc/sysvipc: their contents while objects are removed. */
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

    /* The lines below the header, if all of them are whole; otherwise a number that no file has. */
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

    /* A file with one row about an object, which @remove removes at the same time. */
    template <class Remove>
    void read_during(const Remove& remove, const char* path) noexcept
    {
        i64 rows = 0;
        Errno removed {};
        EXPECT_EQ(rows_of(path), 1);
        {
            Thread reader { 0, [&] { rows = rows_of(path); } };
            Thread remover { 0, [&] { removed = remove(); } };
            explore(reader, remover);
        }
        EXPECT_EQ(removed, kDone);
        EXPECT(rows == 0 || rows == 1);
        EXPECT_EQ(rows_of(path), 0);
    }
    /* The same while @wait makes a call that waits at the object, if it still finds it. */
    template <class Wait, class Remove>
    void read_who_waits(const Wait& wait, const Remove& remove, const char* path) noexcept
    {
        i64 rows = 0;
        Errno waited {};
        Errno removed {};
        {
            Thread waiter { 0, [&] { waited = wait(); } };
            Thread reader { 0, [&] { rows = rows_of(path); } };
            Thread remover { 0, [&] { removed = remove(); } };
            explore(waiter, reader, remover);
        }
        EXPECT_EQ(removed, kDone);
        EXPECT(waited == Errno::EIDRM || waited == Errno::EINVAL);
        EXPECT(rows == 0 || rows == 1);
        EXPECT_EQ(rows_of(path), 0);
    }

    [[nodiscard]] Errno remove_queue(IpcId id) noexcept
    {
        return msgctl(ns(), id, KAPI_IPC_RMID, UserAddress { 0 }).error();
    }
    [[nodiscard]] Errno remove_set(IpcId id) noexcept
    {
        return semctl(ns(), id, 0, KAPI_IPC_RMID, 0).error();
    }
    [[nodiscard]] Errno operate(IpcId set, abi::SemOp operation) noexcept
    {
        return semop(ns(), set, address_of(&operation), 1).error();
    }

    static constexpr Errno kDone {};

private:
    bool are_files_there_ { false };
};

constexpr u32 kCreate = abi::IPC_CREAT | 0600;

} // namespace

TEST_CASE(ProcScenario, statistics_of_a_queue_and_its_removal)
{
    const IpcId queue = REQUIRE(msgget(ns(), kPrivateKey, kCreate));
    read_during([&] { return remove_queue(queue); }, "/proc/sysvipc/msg_stats");
}

TEST_CASE(ProcScenario, statistics_of_a_set_and_its_removal)
{
    const IpcId set = REQUIRE(semget(ns(), kPrivateKey, 2, kCreate));
    read_during([&] { return remove_set(set); }, "/proc/sysvipc/sem_stats");
}

TEST_CASE(ProcScenario, statistics_of_a_segment_and_its_removal)
{
    const IpcId segment = REQUIRE(shmget(ns(), kPrivateKey, KAPI_PAGE_SIZE, kCreate));
    read_during([&] { return shmctl(ns(), segment, KAPI_IPC_RMID, UserAddress { 0 }).error(); },
                "/proc/sysvipc/shm_stats");
}

TEST_CASE(ProcScenario, adjustments_and_the_removal_of_their_set)
{
    const IpcId set = REQUIRE(semget(ns(), kPrivateKey, 2, kCreate));
    EXPECT_EQ(operate(set, { 1, 1, KAPI_SEM_UNDO }), kDone);
    read_during([&] { return remove_set(set); }, "/proc/sysvipc/sem_undo");
}

TEST_CASE(ProcScenario, waiters_of_a_queue_and_its_removal)
{
    struct Letter {
        i64 type;
        char text[8];
    };
    const IpcId queue = REQUIRE(msgget(ns(), kPrivateKey, kCreate));
    const auto receive = [&] {
        Letter letter {};
        return msgrcv(ns(), queue, address_of(&letter), sizeof(letter.text), 0, 0).error();
    };
    read_who_waits(
        receive, [&] { return remove_queue(queue); }, "/proc/sysvipc/msg_waiters");
}

TEST_CASE(ProcScenario, waiters_of_a_set_and_its_removal)
{
    const IpcId set = REQUIRE(semget(ns(), kPrivateKey, 1, kCreate));
    read_who_waits(
        [&] {
            return operate(set, { 0, -1, 0 });
        },
        [&] { return remove_set(set); }, "/proc/sysvipc/sem_waiters");
}

} // namespace sysvipc
