// SPDX-License-Identifier: GPL-2.0
/* SEM_UNDO: which adjustments are applied, and when. */
#include "../events.hpp"
#include "../fault.hpp"
#include "../module.hpp"
#include "../sysctl.hpp"
#include "semaphores.hpp"

using namespace hosted;
using namespace hosted::calls;

TEST(an_exit_undoes_and_setval_forgets)
{
    Process self;
    const int id = make(self);
    {
        Process user;
        EXPECT_EQ(operate(user, id, { { 0, 5, SEM_UNDO }, { 1, 2, SEM_UNDO } }), 0);
        EXPECT_EQ(operate(user, id, { { 0, -1, SEM_UNDO } }), 0);
        for (const int change : { 1, -1, 1 })
            EXPECT_EQ(operate(user, id, { { 2, static_cast<short>(change), SEM_UNDO } }), 0);
        EXPECT_EQ(control(self, id, 1, SETVAL, 3), 0);
        Process child { user, 0 };
        EXPECT_EQ(operate(child, id, { { 2, 1, SEM_UNDO } }), 0);
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    EXPECT_EQ(control(self, id, 1, GETVAL), 3);
    EXPECT_EQ(control(self, id, 2, GETVAL), 0);
    {
        Process user;
        unsigned short zeros[kCount] {};
        EXPECT_EQ(operate(user, id, { { 0, 5, SEM_UNDO } }), 0);
        EXPECT_EQ(control(self, id, 0, SETALL, argument(zeros)), 0);
        EXPECT_EQ(operate(self, id, { { 0, 4, 0 } }), 0);
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 4);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

/* Operations, and so adjustments, reach the first 65,536 semaphores of a set, SETVAL all of them. */
TEST(setval_beyond_the_adjustments_leaves_them)
{
    constexpr int kMost = 0x10000;
    Process self;
    EXPECT_EQ(write_limit("sem", "70000 1024000000 500 32000"), 0);
    const int id = make(self, kMost + 1);
    {
        Process user;
        EXPECT_EQ(operate(user, id, { { 0, 1, SEM_UNDO } }), 0);
        EXPECT_EQ(control(self, id, kMost, SETVAL, 3), 0);
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    EXPECT_EQ(control(self, id, kMost, GETVAL), 3);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    EXPECT_EQ(write_limit("sem", "32000 1024000000 500 32000"), 0);
}

TEST(a_group_undoes_when_its_last_task_exits)
{
    Process self;
    const int id = make(self);
    {
        Process parent;
        EXPECT_EQ(operate(parent, id, { { 0, 1, SEM_UNDO } }), 0);
        {
            Process child { parent, kSysvSem };
            EXPECT_EQ(operate(child, id, { { 0, 1, SEM_UNDO } }), 0);
        }
        EXPECT_EQ(control(self, id, 0, GETVAL), 2);
        {
            Process child { parent, kSysvSem };
            EXPECT_EQ(child.unshare(kSysvSem), 0);
            EXPECT_EQ(operate(child, id, { { 1, 1, SEM_UNDO } }), 0);
        }
        EXPECT_EQ(control(self, id, 0, GETVAL), 2);
        EXPECT_EQ(control(self, id, 1, GETVAL), 0);
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(adjustments_stay_within_their_range)
{
    Process self;
    const int id = make(self);
    {
        Process user;
        EXPECT_EQ(operate(user, id, { { 0, 32'767, SEM_UNDO } }), 0);
        EXPECT_EQ(operate(user, id, { { 0, -32'767, 0 } }), 0);
        EXPECT_EQ(operate(user, id, { { 0, 1, SEM_UNDO } }), 0);
        EXPECT_EQ(control(self, id, 0, SETVAL, 0), 0);
        EXPECT_EQ(operate(user, id, { { 0, 32'767, SEM_UNDO } }), 0);
        EXPECT_EQ(operate(user, id, { { 0, -32'767, 0 } }), 0);
        EXPECT_EQ(operate(user, id, { { 0, 2, SEM_UNDO } }), -ERANGE);
        EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    }
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

/* Waiters can observe the order in which sets are undone: the one used last comes first. */
TEST(sets_are_undone_from_the_one_used_last)
{
    Process self;
    const int first = make(self);
    const int second = make(self);
    {
        Process user;
        for (const int id : { first, second, first })
            EXPECT_EQ(operate(user, id, { { 0, 1, SEM_UNDO } }), 0);
        listen_to_events();
    }
    const std::vector<std::string> heard = stop_listening();
    EXPECT_EQ(heard.size(), 2);
    EXPECT(heard.at(0) == "sem_undone " + std::to_string(first) + " 0 -2 0");
    EXPECT(heard.at(1) == "sem_undone " + std::to_string(second) + " 0 -1 0");
    for (const int id : { first, second })
        EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

/* At both ends of the record. */
TEST(setall_forgets_the_adjustments_of_a_large_set)
{
    constexpr int kMany = 32'000;
    constexpr unsigned short kNumbers[] { 0, 31'998, 31'999 };
    Process self;
    const int id = make(self, kMany);
    static unsigned short values[kMany];
    {
        Process user;
        for (const unsigned short number : kNumbers)
            EXPECT_EQ(operate(user, id, { { number, 3, SEM_UNDO } }), 0);
        EXPECT_EQ(control(self, id, 0, SETALL, argument(values)), 0);
        for (const unsigned short number : kNumbers)
            EXPECT_EQ(operate(self, id, { { number, 5, 0 } }), 0);
    }
    for (const unsigned short number : kNumbers)
        EXPECT_EQ(control(self, id, number, GETVAL), 5);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(without_memory_a_new_task_shares_no_undo)
{
    Process self;
    const int id = make(self);
    {
        Process parent;
        EXPECT_EQ(operate(parent, id, { { 0, 1, SEM_UNDO } }), 0);
        fail_allocation(1);
        Process child { parent, kSysvSem };
        fail_allocation(0);
        EXPECT(has_logged("no memory to share SEM_UNDO with a new task"));
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(a_task_that_enters_a_namespace_undoes_first)
{
    Process self;
    Process inside { self, kNewIpc };
    const int id = make(self);
    Process user;
    EXPECT_EQ(operate(user, id, { { 0, 1, SEM_UNDO } }), 0);
    EXPECT_EQ(user.enter_ipc_ns_of(inside), 0);
    EXPECT_EQ(control(self, id, 0, GETVAL), 0);
    EXPECT_EQ(operate(user, id, { { 0, 1, 0 } }), -EINVAL);
    EXPECT_EQ(user.enter_ipc_ns_of(self), 0);
    EXPECT_EQ(operate(user, id, { { 0, 1, 0 } }), 0);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

/* The first of its operations was possible, and has been taken back. */
TEST(operations_that_fail_as_a_whole_leave_nothing_to_undo)
{
    Process self;
    const int id = make(self);
    EXPECT_EQ(control(self, id, 0, SETVAL, 5), 0);
    {
        Process user;
        EXPECT_EQ(operate(user, id, { { 0, -1, SEM_UNDO }, { 1, -1, IPC_NOWAIT | SEM_UNDO } }),
                  -EAGAIN);
        EXPECT_EQ(control(self, id, 0, GETVAL), 5);
        EXPECT_EQ(operate(user, id, { { 0, -2, SEM_UNDO } }), 0);
    }
    EXPECT_EQ(control(self, id, 0, GETVAL), 5);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}
