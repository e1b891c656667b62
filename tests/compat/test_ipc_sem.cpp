// SPDX-License-Identifier: GPL-2.0
/*
 * Semaphores by ipc(2): its differences from the separate calls.
 */
#include "compat/compat_check.hpp"
#include "lib/proc_table.hpp"
#include "lib/sem_set.hpp"

namespace {

using sysv::ipc;
using sysv::IpcCall;

TEST(semget_of_ipc_finds_and_makes_the_same_sets)
{
    const SemSet set { 3, 0600, unused_set_key() };
    const int key = set.stat().perm.key;
    EXPECT_EQ(ipc(IpcCall::Semget, key, 3, 0), Outcome::raw(set.id()));
    EXPECT_ERR(ipc(IpcCall::Semget, key, 4, 0), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Semget, key, -1, 0), EINVAL);
    const key_t other = unused_set_key();
    const SemSet made = SemSet::adopt(
        static_cast<int>(REQUIRE_OK(ipc(IpcCall::Semget, other, 5, IPC_CREAT | 0640))));
    EXPECT_EQ(sysv::semget(other, 5, 0), Outcome::raw(made.id()));
    EXPECT_EQ(made.stat().nsems, 5u);
}

TEST(semop_of_ipc_operates)
{
    const SemSet set { 2 };
    const sembuf operations[] { up(0, 3), up(1, 4), down(0) };
    EXPECT_EQ(ipc(IpcCall::Semop, set.id(), 3, 0, operations), Outcome::raw(0));
    EXPECT_EQ(set.text(), "2 4");
    EXPECT_ERR(ipc(IpcCall::Semop, set.id(), 1, 0, kNull), EFAULT);
    EXPECT_ERR(ipc(IpcCall::Semop, set.id(), 0, 0, operations), EINVAL);
    EXPECT_ERR(ipc(IpcCall::Semop, set.id(), -1, 0, operations), E2BIG);
    // It ignores arguments that it does not use.
    EXPECT_OK(ipc(sysv::with_version(IpcCall::Semop, 7), set.id(), 1, 99, operations, 99));
}

TEST(semctl_of_ipc_takes_its_argument_from_memory)
{
    const SemSet set;
    const GuardedBuffer memory;
    const auto semctl = [&](int id, int command, const void* argument) {
        return ipc(IpcCall::Semctl, id, 0, command, argument);
    };
    for (const int command : { IPC_RMID, GETVAL, IPC_STAT, SETVAL, 99 }) {
        EXPECT_ERR(semctl(set.id(), command, kNull), EINVAL);
        EXPECT_ERR(semctl(-1, command, kKernelAddress), EFAULT);
        EXPECT_ERR(semctl(set.id(), command, memory.with_room_for(3)), EFAULT);
    }
    new (memory.with_room_for(sizeof(long))) long { 7 };
    EXPECT_OK(semctl(set.id(), SETVAL, memory.with_room_for(sizeof(long))));
    EXPECT_EQ(set.value(), 7);
    EXPECT_ERR(semctl(-1, SETVAL, memory.with_room_for(sizeof(long))), EINVAL);
}

} // namespace
