// SPDX-License-Identifier: GPL-2.0
/*
 * test_security_calls: semaphore sets.
 */
#include "lib/actor.hpp"
#include "security/hook_calls.hpp"
#include "lib/sem_set.hpp"

namespace {

TEST(making_and_opening_sets_and_operating_on_them)
{
    Trace trace;
    const key_t key = unused_set_key();
    int id = -1;
    EXPECT_CALLS(trace, id = static_cast<int>(REQUIRE_OK(sysv::semget(key, 2, IPC_CREAT | 0600))),
                 "sem_alloc");
    const SemSet set = SemSet::adopt(id);
    EXPECT_CALLS(trace, EXPECT_OK(sysv::semget(key, 1, 0200)), "ipc_permission flag=0200",
                 "sem_associate flag=0200");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::semget(key, 3, 0200), EINVAL));
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ up(1, 3) })), kMayWrite,
                 "sem_semop number=1 change=3 count=1 alter=1");
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ zero(0), zero(0) })), kMayRead,
                 "sem_semop number=0 change=0 count=2 alter=0");
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ zero(0), up(1) })), kMayWrite,
                 "sem_semop number=0 change=0 count=2 alter=1");
    EXPECT_CALLS(trace, EXPECT_ERR(set.attempt({ down(0) }), EAGAIN), kMayWrite,
                 "sem_semop number=0 change=-1 count=1 alter=1");
    EXPECT_CALLS(trace, EXPECT_ERR(set.attempt({ up(2) }), EFBIG));
}

TEST(operations_that_are_undone_or_wait_are_checked_once)
{
    Trace trace;
    const SemSet set { 1 };
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ undone(up()) })), kMayWrite,
                 "sem_semop number=0 change=1 count=1 alter=1");
    EXPECT_CALLS(
        trace,
        {
            Actor sleeper = sleeper_in(set, { down(0, 2) });
            EXPECT_OK(set.operate({ up() }));
            EXPECT_OK(sleeper.join());
        },
        kMayWrite, "sem_semop number=0 change=-2 count=1 alter=1", kMayWrite,
        "sem_semop number=0 change=1 count=1 alter=1");
    // Undo at exit calls no hook.
    EXPECT_CALLS(trace, in_a_process([&] { EXPECT_OK(set.operate({ undone(up()) })); }), kMayWrite,
                 "sem_semop number=0 change=1 count=1 alter=1");
}

TEST(commands_for_sets)
{
    Trace trace;
    SemSet set { 2 };
    sysv::SetStat stat {};
    sysv::SemInfo info {};
    unsigned short values[2] {};
    const auto control = [&](int command, void* buffer, int id) {
        return joined(trace.calls_of([&] {
            EXPECT_OK(sysv::semctl(id, 0, command, reinterpret_cast<unsigned long>(buffer)));
        }));
    };
    const auto reading = [](int command) {
        return std::string { kMayRead } + ", sem_semctl cmd=" + std::to_string(command);
    };
    const auto writing = [](int command) {
        return std::string { kMayWrite } + ", sem_semctl cmd=" + std::to_string(command);
    };
    const int index = sysv::index_of(set.id());
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT })
        EXPECT_EQ(control(command, nullptr, set.id()), reading(command));
    EXPECT_EQ(control(GETALL, values, set.id()), reading(GETALL));
    EXPECT_EQ(control(SETVAL, nullptr, set.id()), writing(SETVAL));
    EXPECT_EQ(control(SETALL, values, set.id()), writing(SETALL));
    EXPECT_EQ(control(IPC_STAT, &stat, set.id()), reading(IPC_STAT));
    EXPECT_EQ(control(SEM_STAT, &stat, index), reading(SEM_STAT));
    EXPECT_EQ(control(SEM_STAT_ANY, &stat, index), "sem_semctl cmd=20");
    EXPECT_EQ(control(IPC_INFO, &info, 0), "sem_semctl of all cmd=3");
    EXPECT_EQ(control(SEM_INFO, &info, 0), "sem_semctl of all cmd=19");
    EXPECT_EQ(control(IPC_SET, &stat, set.id()), "sem_semctl cmd=1");
    EXPECT_CALLS(trace, EXPECT_ERR(set.control(SETVAL, 2), EINVAL));
    EXPECT_CALLS(trace, EXPECT_ERR(set.control(GETVAL, 2), EINVAL), kMayRead, "sem_semctl cmd=12");
    EXPECT_CALLS(trace, EXPECT_ERR(set.set_value(0, -1), ERANGE));
    EXPECT_CALLS(trace, EXPECT_OK(set.remove()), "sem_semctl cmd=0");
}

} // namespace
