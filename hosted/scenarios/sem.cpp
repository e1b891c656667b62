// SPDX-License-Identifier: GPL-2.0
/*
 * Scenarios of semaphores: open and closed sets, waiters, SEM_UNDO.
 *
 * Length: all scenarios of one protocol, on the same fixture.
 */
#include "scenario.hpp"

#include <sem/sem_lock.hpp>
#include <sem/sem_set.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SemScenario : ScenarioFixture {
    explicit SemScenario(kapi_kunit* test) noexcept : ScenarioFixture(test)
    {
        if (Result<IpcId> made = semget(ns(), kPrivateKey, 3, abi::IPC_CREAT | 0600); made.ok())
            set = made.take();
    }
    ~SemScenario() { static_cast<void>(remove()); }

    [[nodiscard]] Errno operate(abi::SemOp first) noexcept
    {
        return semop(ns(), set, address_of(&first), 1).error();
    }
    [[nodiscard]] Errno operate(abi::SemOp first, abi::SemOp second) noexcept
    {
        abi::SemOp both[] { first, second };
        return semop(ns(), set, address_of(both), 2).error();
    }
    [[nodiscard]] Errno wait_at_most(abi::SemOp first, i64 seconds) noexcept
    {
        return semtimedop(ns(), set, address_of(&first), 1, abi::Timespec { seconds, 0 }).error();
    }
    [[nodiscard]] i32 control(i32 number, i32 command, unsigned long argument = 0) noexcept
    {
        Result<i32> done = semctl(ns(), set, number, command, argument);
        return done.ok() ? done.take() : -static_cast<i32>(done.error());
    }
    [[nodiscard]] i32 value(i32 number) noexcept { return control(number, KAPI_GETVAL); }
    [[nodiscard]] i32 remove() noexcept { return control(0, KAPI_IPC_RMID); }
    /* A new set without undo records. */
    [[nodiscard]] Errno remake() noexcept
    {
        static_cast<void>(remove());
        Result<IpcId> made = semget(ns(), kPrivateKey, 3, abi::IPC_CREAT | 0600);
        if (made.ok())
            set = made.take();
        return made.error();
    }
    void set_all(u16 first, u16 second, u16 third) noexcept
    {
        const u16 values[] { first, second, third };
        done += control(0, KAPI_SETALL, reinterpret_cast<unsigned long>(values)) == 0 ? 1u : 0u;
    }

    /* Two threads of the caller's group perform one operation each; it leaves the group before, they after. */
    void end_two_threads(abi::SemOp one, abi::SemOp other) noexcept
    {
        Errno errors[2] {};
        {
            Thread first { 0, [&] {
                              errors[0] = operate(one);
                              exit_task();
                          } };
            share_undo(hosted_started_last());
            Thread second { 0, [&] {
                               errors[1] = operate(other);
                               exit_task();
                           } };
            share_undo(hosted_started_last());
            exit_task();
            explore(first, second);
        }
        done += errors[0] == kDone && errors[1] == kDone ? 2u : 0u;
    }

    static constexpr Errno kDone {};
    IpcId set;
    u32 done { 0 };
};

constexpr i16 kWait = 0;
constexpr i16 kUndo = KAPI_SEM_UNDO;

} // namespace

TEST_CASE(SemScenario, single_operations_and_one_on_two_semaphores)
{
    Errno errors[3] {};
    {
        Thread one { 0, [&] { errors[0] = operate({ 0, 1, kWait }); } };
        Thread two { 0, [&] { errors[1] = operate({ 0, 1, kWait }, { 1, 1, kWait }); } };
        Thread three { 0, [&] { errors[2] = operate({ 1, 1, kWait }); } };
        explore(one, two, three);
    }
    for (const Errno error : errors)
        EXPECT_EQ(error, kDone);
    EXPECT_EQ(value(0), 2);
    EXPECT_EQ(value(1), 2);
}

/* A task that met a closed set keeps others from closing it again until it has its semaphore: two preemptions. */
TEST_CASE(SemScenario, a_single_operation_between_two_on_two_semaphores)
{
    Errno errors[3] {};
    {
        Thread single { 0, [&] { errors[0] = operate({ 0, 1, kWait }); } };
        Thread twice { 0, [&] {
                          errors[1] = operate({ 0, 1, kWait }, { 1, 1, kWait });
                          errors[2] = operate({ 0, 1, kWait }, { 1, 1, kWait });
                      } };
        explore(single, twice);
    }
    for (const Errno error : errors)
        EXPECT_EQ(error, kDone);
    EXPECT_EQ(value(0), 3);
}

TEST_CASE(SemScenario, waiters_and_single_operations)
{
    Errno waited[2] {};
    Errno woken {};
    EXPECT_EQ(control(1, KAPI_SETVAL, 1), 0);
    {
        Thread for_increase { 0, [&] { waited[0] = operate({ 0, -1, kWait }); } };
        Thread for_zero { 0, [&] { waited[1] = operate({ 1, 0, kWait }); } };
        Thread waker { 0, [&] {
                          woken = operate({ 0, 1, kWait });
                          if (woken == kDone)
                              woken = operate({ 1, -1, kWait });
                      } };
        explore(for_increase, for_zero, waker);
    }
    for (const Errno error : waited)
        EXPECT_EQ(error, kDone);
    EXPECT_EQ(woken, kDone);
    EXPECT_EQ(value(0), 0);
    EXPECT_EQ(control(0, KAPI_GETNCNT) + control(1, KAPI_GETZCNT), 0);
}

/* The increase meets a waiter that it does not satisfy, so it is not the usual one. */
TEST_CASE(SemScenario, a_waiter_for_two_and_an_increase_that_another_waits_for)
{
    Errno waited[2] {};
    Errno errors[2] {};
    EXPECT_EQ(control(0, KAPI_SETVAL, 1), 0);
    {
        Thread for_more { 0, [&] { waited[0] = operate({ 1, -2, kWait }); } };
        Thread for_two { 0, [&] {
                            waited[1] = operate({ 0, -1, kWait }, { 1, -1, kWait });
                            errors[1] = operate({ 1, 2, kWait });
                        } };
        Thread increaser { 0, [&] { errors[0] = operate({ 1, 1, kWait }); } };
        explore(for_more, for_two, increaser);
    }
    for (const Errno error : waited)
        EXPECT_EQ(error, kDone);
    for (const Errno error : errors)
        EXPECT_EQ(error, kDone);
    EXPECT_EQ(value(0), 0);
    EXPECT_EQ(value(1), 0);
}

TEST_CASE(SemScenario, a_waiter_and_operations_on_two_semaphores)
{
    Errno waited {};
    Errno woken {};
    {
        Thread waiter { 0, [&] { waited = operate({ 0, -2, kWait }); } };
        Thread waker { 0, [&] {
                          woken = operate({ 0, 1, kWait });
                          if (woken == kDone)
                              woken = operate({ 0, 1, kWait }, { 1, 1, kWait });
                      } };
        explore(waiter, waker);
    }
    EXPECT_EQ(waited, kDone);
    EXPECT_EQ(woken, kDone);
    EXPECT_EQ(value(0), 0);
    EXPECT_EQ(value(1), 1);
    EXPECT_EQ(control(0, KAPI_GETNCNT), 0);
}

/* The first of several operations that waits makes the set its own: semaphores it does not name, too. */
TEST_CASE(SemScenario, a_waiter_for_two_and_single_operations)
{
    Errno waited {};
    Errno errors[2] {};
    {
        Thread waiter { 0, [&] { waited = operate({ 0, -1, kWait }, { 1, -1, kWait }); } };
        Thread first { 0, [&] {
                          errors[0] = operate({ 2, 1, kWait });
                          if (errors[0] == kDone)
                              errors[0] = operate({ 0, 1, kWait });
                      } };
        Thread second { 0, [&] {
                           errors[1] = operate({ 2, 1, kWait });
                           if (errors[1] == kDone)
                               errors[1] = operate({ 1, 1, kWait });
                       } };
        explore(waiter, first, second);
    }
    EXPECT_EQ(waited, kDone);
    for (const Errno error : errors)
        EXPECT_EQ(error, kDone);
    EXPECT_EQ(value(0), 0);
    EXPECT_EQ(value(1), 0);
    EXPECT_EQ(value(2), 2);
}

TEST_CASE(SemScenario, a_single_operation_and_setall)
{
    Errno error {};
    {
        Thread single { 0, [&] { error = operate({ 2, 1, kWait }); } };
        Thread all { 0, [&] { set_all(5, 6, 7); } };
        explore(single, all);
    }
    EXPECT_EQ(error, kDone);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(value(0), 5);
    EXPECT(value(2) == 7 || value(2) == 8);
}

TEST_CASE(SemScenario, an_operation_and_the_removal_of_its_set)
{
    Errno waited {};
    Errno error {};
    i32 removed = -1;
    {
        Thread waiter { 0, [&] { waited = operate({ 0, -1, kWait }); } };
        Thread single { 0, [&] { error = operate({ 1, 1, kWait }); } };
        Thread remover { 0, [&] { removed = remove(); } };
        explore(waiter, single, remover);
    }
    EXPECT_EQ(removed, 0);
    EXPECT(waited == Errno::EIDRM || waited == Errno::EINVAL);
    EXPECT(error == kDone || error == Errno::EIDRM || error == Errno::EINVAL);
}

TEST_CASE(SemScenario, a_waiter_with_a_time_out_and_a_waker)
{
    Errno waited {};
    Errno woken {};
    {
        Thread waiter { 0, [&] { waited = wait_at_most({ 0, -1, kWait }, 1); } };
        Thread waker { 0, [&] { woken = operate({ 0, 1, kWait }); } };
        explore(waiter, waker);
    }
    EXPECT_EQ(woken, kDone);
    EXPECT(waited == kDone || waited == Errno::EAGAIN);
    EXPECT_EQ(value(0), waited == kDone ? 0 : 1);
}

TEST_CASE(SemScenario, a_waiter_with_a_signal_and_a_waker)
{
    Errno waited {};
    Errno woken {};
    {
        Thread waiter { 0, [&] {
                           const SignalsAllowed signals;
                           waited = operate({ 0, -1, kWait }, { 1, 0, kWait });
                       } };
        Thread waker { 0, [&] {
                          woken = operate({ 0, 1, kWait });
                          waiter.signal();
                      } };
        explore(waker, waiter); /* the signalled task is joined last */
    }
    EXPECT_EQ(woken, kDone);
    EXPECT(waited == kDone || waited == Errno::EINTR);
    EXPECT_EQ(value(0), waited == kDone ? 0 : 1);
}

/* An operation completed for a killed waiter stays done. */
TEST_CASE(SemScenario, a_killed_waiter_and_a_single_operation)
{
    Errno waited {};
    Errno woken {};
    {
        Thread waiter { 0, [&] {
                           const SignalsAllowed signals;
                           waited = operate({ 0, -1, kUndo });
                           exit_task();
                       } };
        Thread waker { 0, [&] { woken = operate({ 0, 1, kWait }); } };
        Thread killer { 0, [&] { waiter.signal(); } };
        explore(killer, waker, waiter); /* the signalled task is joined last */
    }
    EXPECT_EQ(woken, kDone);
    EXPECT(waited == kDone || waited == Errno::EINTR || waited == Errno::ERESTARTNOHAND);
    /* Either it has not taken it, or its exit has given it back. */
    EXPECT_EQ(value(0), 1);
    EXPECT_EQ(control(0, KAPI_GETNCNT), 0);
}

TEST_CASE(SemScenario, an_exit_with_undo_and_the_removal_of_the_set)
{
    Errno error {};
    i32 removed = -1;
    {
        Thread user { 0, [&] {
                         error = operate({ 0, 3, kUndo });
                         exit_task();
                     } };
        Thread remover { 0, [&] { removed = remove(); } };
        explore(user, remover);
    }
    EXPECT_EQ(removed, 0);
    EXPECT(error == kDone || error == Errno::EIDRM || error == Errno::EINVAL);
}

TEST_CASE(SemScenario, an_exit_with_undo_and_an_operation)
{
    Errno errors[2] {};
    EXPECT_EQ(control(0, KAPI_SETVAL, 1), 0);
    {
        /* Takes the one there is and gives it back by exiting: the other gets it. */
        Thread user { 0, [&] {
                         errors[0] = operate({ 0, -1, kUndo });
                         exit_task();
                     } };
        Thread waiter { 0, [&] {
                           errors[1] = operate({ 0, -1, kUndo });
                           exit_task();
                       } };
        explore(user, waiter);
    }
    EXPECT_EQ(errors[0], kDone);
    EXPECT_EQ(errors[1], kDone);
    EXPECT_EQ(value(0), 1);
}

/* Each semaphore is touched for the first time by the one that names it: a bit of its own in shared words. */
TEST_CASE(SemScenario, two_threads_of_a_group_that_ends)
{
    EXPECT_EQ(operate({ 2, 5, kUndo }), kDone);
    end_two_threads({ 0, 1, kUndo }, { 1, 1, kUndo });
    EXPECT_EQ(done, 2);
    for (const i32 number : { 0, 1, 2 })
        EXPECT_EQ(value(number), 0);
}

/* So far from each other that even the words of the record are in three blocks. */
TEST_CASE(SemScenario, two_threads_of_a_group_that_touch_far_semaphores)
{
    constexpr u32 kBlock = 1024;

    EXPECT_EQ(remove(), 0);
    set = REQUIRE(semget(ns(), kPrivateKey, 2 * kBlock + 1, abi::IPC_CREAT | 0600));
    EXPECT_EQ(operate({ 0, 1, kUndo }), kDone);
    {
        const Ref<SemSet> held = REQUIRE(SemSet::hold(ns(), set));
        const Ref<SemUndo> undo = REQUIRE(make_current_undo(*held));
        const auto touch = [&](u32 number) {
            SemLock lock { *held, number };
            undo->set_adjustment(number, 1);
        };
        Thread first { 0, [&] { touch(kBlock); } };
        Thread second { 0, [&] { touch(2 * kBlock); } };
        explore(first, second);
        for (const u32 number : SemRange::touched(*undo))
            done += number;
    }
    EXPECT_EQ(done, 3 * kBlock);
}

/* Each command is done before the removal, or finds the set removed; none is done after one that did not. */
TEST_CASE(SemScenario, commands_and_the_removal_of_their_set)
{
    constexpr u32 kCommands = 7;
    i32 results[kCommands] {};
    i32 removed = -1;
    {
        Thread commander { 0, [&] {
                              abi::SemSetStat stat {};
                              u16 values[3] {};
                              const auto buffer = reinterpret_cast<unsigned long>(values);
                              const auto place = reinterpret_cast<unsigned long>(&stat);
                              results[0] = control(0, KAPI_IPC_STAT, place);
                              results[1] = value(0);
                              results[2] = control(0, KAPI_SETVAL, 1);
                              results[3] = control(0, KAPI_GETALL, buffer);
                              results[4] = control(0, KAPI_SETALL, buffer);
                              results[5] = control(0, KAPI_IPC_SET, place);
                              results[6] = control(0, KAPI_GETNCNT);
                          } };
        Thread remover { 0, [&] { removed = remove(); } };
        explore(commander, remover);
    }
    EXPECT_EQ(removed, 0);
    bool is_gone = false;
    for (const i32 result : results) {
        EXPECT(result >= 0 || result == -static_cast<i32>(Errno::EIDRM)
               || result == -static_cast<i32>(Errno::EINVAL));
        EXPECT(result < 0 || !is_gone);
        is_gone |= result < 0;
    }
}

TEST_CASE(SemScenario, two_removals_of_a_set)
{
    i32 removed[2] {};
    {
        Thread first { 0, [&] { removed[0] = remove(); } };
        Thread second { 0, [&] { removed[1] = remove(); } };
        explore(first, second);
    }
    EXPECT_EQ(removed[0] + removed[1], -static_cast<i32>(Errno::EINVAL));
}

/* Two threads of a group that both find no record: one makes it. */
TEST_CASE(SemScenario, two_first_operations_with_undo_of_a_group)
{
    Errno errors[2] {};
    EXPECT_EQ(operate({ 1, 1, kUndo }), kDone); /* so that there is a group */
    {
        Thread first { 0, [&] {
                          errors[0] = operate({ 0, 2, kUndo });
                          exit_task();
                      } };
        share_undo(hosted_started_last());
        Thread second { 0, [&] {
                           errors[1] = operate({ 0, 3, kUndo });
                           exit_task();
                       } };
        share_undo(hosted_started_last());
        EXPECT_EQ(remake(), kDone);
        exit_task();
        explore(first, second);
    }
    EXPECT_EQ(errors[0], kDone);
    EXPECT_EQ(errors[1], kDone);
    EXPECT_EQ(value(0), 0);
}

} // namespace sysvipc
