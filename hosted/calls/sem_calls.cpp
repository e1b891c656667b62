// SPDX-License-Identifier: GPL-2.0
/* Semaphore calls: every command, the errors of each, waiting. */
#include "../machine.hpp"
#include "../sysctl.hpp"
#include "semaphores.hpp"

#include <ctime>

using namespace hosted;
using namespace hosted::calls;

TEST(semget_finds_creates_and_refuses)
{
    Process self;
    Process stranger { user(7) };
    const long id = self.semget(5, kCount, IPC_CREAT | 0600);
    EXPECT_EQ(self.semget(5, kCount, 0), id);
    EXPECT_EQ(self.semget(5, 0, 0), id);
    EXPECT_EQ(self.semget(5, kCount + 1, 0), -EINVAL);
    EXPECT_EQ(self.semget(5, kCount, IPC_CREAT | IPC_EXCL | 0600), -EEXIST);
    EXPECT_EQ(self.semget(6, kCount, 0), -ENOENT);
    EXPECT_EQ(self.semget(6, 0, IPC_CREAT | 0600), -EINVAL);
    EXPECT_EQ(self.semget(6, -1, IPC_CREAT | 0600), -EINVAL);
    EXPECT_EQ(self.semget(6, 32'001, IPC_CREAT | 0600), -EINVAL);
    EXPECT_EQ(stranger.semget(5, kCount, 0400), -EACCES);
    EXPECT_EQ(control(stranger, static_cast<int>(id), 0, IPC_RMID), -EPERM);
    EXPECT_EQ(control(self, static_cast<int>(id), 0, IPC_RMID), 0);
}

TEST(semop_checks_its_arguments_in_order)
{
    Process self;
    Process stranger { user(7) };
    const int id = make(self);
    const std::vector<sembuf> many(501, sembuf { 0, 0, 0 });
    const std::vector<sembuf> most(500, sembuf { 0, 0, 0 });
    EXPECT_EQ(operate(self, id, many), -E2BIG);
    EXPECT_EQ(operate(self, id, most), 0);
    EXPECT_EQ(operate(self, id, {}), -EINVAL);
    EXPECT_EQ(self.semop(id, nullptr, 1), -EFAULT);
    EXPECT_EQ(operate(self, -1, { { 0, 1, 0 } }), -EINVAL);
    EXPECT_EQ(operate(self, id + 1, { { 0, 1, 0 } }), -EINVAL);
    EXPECT_EQ(operate(self, id + 1, { { 0, 1, 0 }, { 1, 1, 0 } }), -EINVAL);
    EXPECT_EQ(operate(self, id, { { kCount, 1, 0 } }), -EFBIG);
    EXPECT_EQ(operate(stranger, id, { { 0, 1, 0 } }), -EACCES);
    EXPECT_EQ(operate(stranger, id, { { 0, 0, 0 } }), -EACCES);
    EXPECT_EQ(operate(self, id, { { 0, -1, IPC_NOWAIT } }), -EAGAIN);
    EXPECT_EQ(operate(self, id, { { 0, 32'767, 0 } }), 0);
    EXPECT_EQ(operate(self, id, { { 0, 1, 0 } }), -ERANGE);
    EXPECT_EQ(operate(self, id, { { 0, 0, IPC_NOWAIT } }), -EAGAIN);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(semtimedop_checks_its_time_and_keeps_it)
{
    Process self;
    const int id = make(self);
    sembuf take { 0, -1, 0 };
    timespec wrong[] { { -1, 0 }, { 0, -1 }, { 0, 1'000'000'000 } };
    for (const timespec& one : wrong)
        EXPECT_EQ(self.semtimedop(id, &take, 1, &one), -EINVAL);
    const timespec soon { 0, 1'000'000 };
    EXPECT_EQ(self.semtimedop(id, &take, 1, &soon), -EAGAIN);
    EXPECT_EQ(self.semtimedop(id, &take, 1, reinterpret_cast<timespec*>(8)), -EFAULT);
    take.sem_op = 1;
    EXPECT_EQ(self.semtimedop(id, &take, 1, &soon), 0);
    EXPECT_EQ(self.semtimedop(id, &take, 1, nullptr), 0);
    EXPECT_EQ(control(self, id, 0, GETVAL), 2);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(semctl_reads_and_sets_values)
{
    Process self;
    Process other { user(7) };
    const int id = make(self);
    unsigned short values[kCount] { 1, 2, 3, 4 };
    unsigned short got[kCount] {};
    EXPECT_EQ(control(self, id, 0, SETALL, argument(values)), 0);
    EXPECT_EQ(control(self, id, 0, GETALL, argument(got)), 0);
    for (int i = 0; i < kCount; ++i) {
        EXPECT_EQ(got[i], values[i]);
        EXPECT_EQ(control(self, id, i, GETVAL), values[i]);
        EXPECT_EQ(control(self, id, i, GETPID), self.pid());
    }
    values[2] = 32'768;
    EXPECT_EQ(control(self, id, 0, SETALL, argument(values)), -ERANGE);
    EXPECT_EQ(control(self, id, 0, SETALL, 8), -EFAULT);
    EXPECT_EQ(control(self, id, 0, GETALL, 8), -EFAULT);
    EXPECT_EQ(control(self, id, 0, SETVAL, 9), 0);
    EXPECT_EQ(control(self, id, 0, GETVAL), 9);
    EXPECT_EQ(control(self, id, 0, SETVAL, 32'768), -ERANGE);
    EXPECT_EQ(control(self, id, 0, SETVAL, -1), -ERANGE);
    EXPECT_EQ(control(self, id, kCount, GETVAL), -EINVAL);
    EXPECT_EQ(control(self, id, -1, SETVAL, 1), -EINVAL);
    EXPECT_EQ(control(self, id, 0, 999), -EINVAL);
    EXPECT_EQ(control(other, id, 0, GETVAL), -EACCES);
    EXPECT_EQ(control(other, id, 0, SETVAL, 1), -EACCES);
    EXPECT_EQ(control(other, id, 0, SETALL, argument(values)), -EACCES);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    EXPECT_EQ(control(self, id, 0, GETVAL), -EINVAL);
}

TEST(getncnt_and_getzcnt_count_waiters)
{
    Process self;
    Process decreaser;
    Process zero_waiter;
    Process both;
    const int id = make(self);
    EXPECT_EQ(operate(self, id, { { 1, 1, 0 } }), 0);
    {
        Running first { decreaser, [&] {
                           EXPECT_EQ(operate(decreaser, id, { { 0, -3, 0 } }), 0);
                       } };
        Running second { zero_waiter, [&] {
                            EXPECT_EQ(operate(zero_waiter, id, { { 1, 0, 0 } }), 0);
                        } };
        Running third { both, [&] {
                           EXPECT_EQ(operate(both, id, { { 2, 1, 0 }, { 3, -1, 0 } }), 0);
                       } };
        wait_until(
            [&] {
                return control(self, id, 0, GETNCNT) == 1 && control(self, id, 1, GETZCNT) == 1
                    && control(self, id, 3, GETNCNT) == 1;
            },
            "all wait");
        EXPECT_EQ(control(self, id, 0, GETZCNT), 0);
        EXPECT_EQ(control(self, id, 1, GETNCNT), 0);
        EXPECT_EQ(control(self, id, 2, GETNCNT), 0);
        EXPECT_EQ(control(self, id, 3, GETZCNT), 0);
        EXPECT_EQ(control(self, id, 1, GETVAL), 1); /* under the lock of the set, as it is closed */
        EXPECT_EQ(operate(self, id, { { 0, 3, 0 }, { 3, 1, 0 } }), 0);
        EXPECT_EQ(control(self, id, 1, SETVAL, 0), 0);
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    EXPECT_EQ(control(self, id, 2, GETVAL), 1);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(ipc_stat_shows_and_ipc_set_changes_a_set)
{
    Process self;
    Process other { user(7) };
    const int id = make(self);
    semid_ds stat {};
    EXPECT_EQ(operate(self, id, { { 0, 1, 0 } }), 0);
    EXPECT_EQ(control(self, id, 0, IPC_STAT, argument(&stat)), 0);
    EXPECT_EQ(stat.sem_nsems, kCount);
    EXPECT_EQ(stat.sem_perm.mode, 0600);
    EXPECT(stat.sem_otime != 0 && stat.sem_ctime != 0);
    EXPECT_EQ(control(other, id, 0, IPC_STAT, argument(&stat)), -EACCES);
    EXPECT_EQ(control(self, id, 0, IPC_STAT, 8), -EFAULT);
    stat.sem_perm.mode = 0644;
    stat.sem_perm.uid = 7;
    EXPECT_EQ(control(other, id, 0, IPC_SET, argument(&stat)), -EPERM);
    EXPECT_EQ(control(self, id, 0, IPC_SET, argument(&stat)), 0);
    EXPECT_EQ(control(other, id, 0, IPC_STAT, argument(&stat)), 0);
    EXPECT_EQ(stat.sem_perm.uid, 7);
    EXPECT_EQ(control(self, id, 0, IPC_SET, 8), -EFAULT);
    EXPECT_EQ(control(self, 0, 0, SEM_STAT, argument(&stat)), id);
    EXPECT_EQ(control(self, 0, 0, SEM_STAT_ANY, argument(&stat)), id);
    EXPECT_EQ(control(self, 1, 0, SEM_STAT, argument(&stat)), -EINVAL);
    seminfo info {};
    EXPECT_EQ(control(self, 0, 0, IPC_INFO, argument(&info)), 0);
    EXPECT_EQ(info.semmsl, 32'000);
    EXPECT_EQ(control(self, 0, 0, SEM_INFO, argument(&info)), 0);
    EXPECT_EQ(info.semusz, 1);
    EXPECT_EQ(info.semaem, kCount);
    EXPECT_EQ(control(self, -1, 0, IPC_STAT, argument(&stat)), -EINVAL);
    EXPECT_EQ(control(other, id, 0, IPC_RMID), 0);
}

TEST(a_removed_set_and_a_signal_end_a_wait)
{
    Process self;
    Process waiter;
    const int id = make(self);
    {
        Running wait { waiter, [&] { EXPECT_EQ(operate(waiter, id, { { 0, -1, 0 } }), -EINTR); } };
        wait_until([&] { return control(self, id, 0, GETNCNT) == 1; }, "it waits");
        waiter.signal();
    }
    drop_signals(waiter.task());
    EXPECT_EQ(control(self, id, 0, GETNCNT), 0);
    {
        Running wait { waiter, [&] { EXPECT_EQ(operate(waiter, id, { { 0, -1, 0 } }), -EIDRM); } };
        wait_until([&] { return control(self, id, 0, GETNCNT) == 1; }, "it waits");
        EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    }
}

TEST(no_command_finds_a_removed_set)
{
    Process self;
    const int id = make(self);
    semid_ds stat {};
    unsigned short values[kCount] {};
    EXPECT_EQ(control(self, id, 0, IPC_STAT, argument(&stat)), 0);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    for (const int command : { IPC_STAT, IPC_SET, IPC_RMID, SEM_STAT, SEM_STAT_ANY })
        EXPECT_EQ(control(self, id, 0, command, argument(&stat)), -EINVAL);
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT, SETVAL })
        EXPECT_EQ(control(self, id, 0, command), -EINVAL);
    for (const int command : { GETALL, SETALL })
        EXPECT_EQ(control(self, id, 0, command, argument(values)), -EINVAL);
}

TEST(sets_of_one_namespace_share_a_limit)
{
    Process self;
    EXPECT_EQ(write_limit("sem", "32000 5 500 32000"), 0);
    const int id = make(self, 3);
    EXPECT_EQ(self.semget(IPC_PRIVATE, 3, IPC_CREAT), -ENOSPC);
    const int other = make(self, 2);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    const int next = make(self, 3);
    EXPECT_EQ(control(self, next, 0, IPC_RMID), 0);
    EXPECT_EQ(control(self, other, 0, IPC_RMID), 0);
    EXPECT_EQ(write_limit("sem", "32000 1024000000 500 32000"), 0);
}

/* A value that is set is no operation; that a waiter fails by it makes it none. */
TEST(setting_a_value_by_which_a_waiter_fails_is_no_operation)
{
    constexpr short kMost = 32'767;
    Process self;
    Process waiter;
    const int id = make(self);
    semid_ds stat {};
    EXPECT_EQ(control(self, id, 0, SETVAL, kMost), 0);
    EXPECT_EQ(operate(waiter, id, { { 0, -kMost, SEM_UNDO } }), 0);
    EXPECT_EQ(operate(self, id, { { 0, 1, 0 } }), 0);
    {
        /* One more than an adjustment can be, once the first operation is possible. */
        Running wait {
            waiter,
            [&] {
                EXPECT_EQ(operate(waiter, id, { { 1, -1, 0 }, { 0, -1, SEM_UNDO } }), -ERANGE);
            }
        };
        wait_until([&] { return waiter.is_asleep(); }, "it waits");
        machine::advance(kHour);
        EXPECT_EQ(control(self, id, 1, SETVAL, 1), 0);
    }
    EXPECT_EQ(control(self, id, 0, IPC_STAT, argument(&stat)), 0);
    EXPECT(stat.sem_otime < stat.sem_ctime);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

/* SETVAL does not count as an operation, unless it completes that of a waiter. */
TEST(setting_a_value_that_serves_a_waiter_counts_as_an_operation)
{
    struct Case {
        std::vector<sembuf> waits;
        int set_to;
    };
    Process self;
    Process waiter;
    for (const Case& one : { Case { { { 1, -1, 0 } }, 1 }, Case { { { 1, 0, 0 } }, 0 },
                             Case { { { 0, 0, 0 }, { 1, -1, 0 } }, 1 } }) {
        const int id = make(self);
        semid_ds stat {};
        EXPECT_EQ(control(self, id, 1, SETVAL, one.set_to == 0 ? 5 : 0), 0);
        EXPECT_EQ(control(self, id, 0, IPC_STAT, argument(&stat)), 0);
        EXPECT_EQ(stat.sem_otime, 0);
        {
            Running wait { waiter, [&] { EXPECT_EQ(operate(waiter, id, one.waits), 0); } };
            wait_until([&] { return waiter.is_asleep(); }, "it waits");
            machine::advance(kHour);
            EXPECT_EQ(control(self, id, 1, SETVAL, one.set_to), 0);
        }
        EXPECT_EQ(control(self, id, 0, IPC_STAT, argument(&stat)), 0);
        EXPECT(stat.sem_otime >= stat.sem_ctime);
        EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    }
}

TEST(several_operations_record_their_time)
{
    Process self;
    const int id = make(self);
    semid_ds stat {};
    machine::advance(kHour);
    EXPECT_EQ(operate(self, id, { { 2, 1, 0 }, { 1, 1, 0 } }), 0);
    EXPECT_EQ(control(self, id, 0, IPC_STAT, argument(&stat)), 0);
    EXPECT(stat.sem_otime >= stat.sem_ctime + 3'600);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(a_waiter_that_needs_less_than_earlier_ones_is_served_first)
{
    Process self;
    Process modest;
    Process greedy;
    const int id = make(self);
    {
        Running first { greedy, [&] { EXPECT_EQ(operate(greedy, id, { { 0, -5, 0 } }), -EIDRM); } };
        wait_until([&] { return control(self, id, 0, GETNCNT) == 1; }, "one waits");
        EXPECT_EQ(operate(self, id, { { 0, 1, 0 } }), 0);
        Running second { modest, [&] {
                            EXPECT_EQ(operate(modest, id, { { 0, -3, 0 } }), 0);
                            EXPECT_EQ(control(modest, id, 0, IPC_RMID), 0);
                        } };
        wait_until([&] { return control(self, id, 0, GETNCNT) == 2; }, "both wait");
        EXPECT_EQ(operate(self, id, { { 0, 2, 0 } }), 0);
    }
}
