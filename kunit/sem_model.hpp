// SPDX-License-Identifier: GPL-2.0
/*
 * SemModel: semop(2) as one would explain it, without locks, several queues or optimisations.
 *
 * Waiters are in one list, in order of arrival.  After a change, those that only wait for 0 are
 * tried, if a semaphore that the change named is 0; then the first waiter that can proceed and
 * changes something does so, and so on from the beginning, until none can.
 */
#pragma once

#include <base/types.hpp>
#include <rules/abi.hpp>

namespace sysvipc {

class SemModel {
public:
    static constexpr u32 kSemaphores = 4;
    static constexpr u32 kMostOperations = 4;
    static constexpr u32 kMostWaiters = 24;

    enum class Answer : u8 { Gone, Waiting, Done, Again, Range };

    struct Request {
        abi::SemOp operations[kMostOperations];
        u32 count;
        Answer answer;

        [[nodiscard]] bool changes() const noexcept
        {
            for (u32 i = 0; i < count; ++i) {
                if (operations[i].sem_op != 0)
                    return true;
            }
            return false;
        }
        /* A bit for each semaphore that an operation names. */
        [[nodiscard]] u32 named() const noexcept
        {
            u32 bits = 0;
            for (u32 i = 0; i < count; ++i)
                bits |= 1u << operations[i].sem_num;
            return bits;
        }
    };

    [[nodiscard]] i32 value(u32 number) const noexcept { return values_[number]; }

    /* @request stays where it is while it waits. */
    void operate(Request& request) noexcept
    {
        request.answer = try_all(request);
        if (request.answer == Answer::Waiting)
            line_[waiting_++] = &request;
        else if (request.answer == Answer::Done && request.changes())
            settle(request.named());
    }
    void set(u32 number, i32 value) noexcept
    {
        values_[number] = value;
        settle(1u << number);
    }
    void give_up(Request& request) noexcept
    {
        request.answer = Answer::Gone;
        leave_line(request);
    }

private:
    Answer try_all(const Request& request) noexcept
    {
        i32 after[kSemaphores];
        for (u32 i = 0; i < kSemaphores; ++i)
            after[i] = values_[i];
        for (u32 i = 0; i < request.count; ++i) {
            const abi::SemOp& op = request.operations[i];
            i32& value = after[op.sem_num];
            const bool is_blocked = op.sem_op == 0 ? value != 0 : value + op.sem_op < 0;
            if (is_blocked)
                return op.sem_flg & abi::IPC_NOWAIT ? Answer::Again : Answer::Waiting;
            value += op.sem_op;
            if (value > 32767)
                return Answer::Range;
        }
        for (u32 i = 0; i < kSemaphores; ++i)
            values_[i] = after[i];
        return Answer::Done;
    }

    void leave_line(const Request& request) noexcept
    {
        u32 kept = 0;
        for (u32 i = 0; i < waiting_; ++i) {
            if (line_[i] != &request)
                line_[kept++] = line_[i];
        }
        waiting_ = kept;
    }

    /*
     * Performs and dequeues the first possible request that changes a value; nullptr: none.  Dequeues
     * failing requests.
     */
    Request* serve_changer() noexcept
    {
        for (u32 i = 0; i < waiting_;) {
            Request& request = *line_[i];
            if (!request.changes() || !serve(request))
                ++i;
            else if (request.answer == Answer::Done)
                return &request;
        }
        return nullptr;
    }

    void serve_zero_waiters(u32 named) noexcept
    {
        bool is_any_zero = false;
        for (u32 i = 0; i < kSemaphores; ++i)
            is_any_zero |= (named >> i & 1) != 0 && values_[i] == 0;
        if (!is_any_zero)
            return;
        for (u32 i = 0; i < waiting_;) {
            if (line_[i]->changes() || !serve(*line_[i]))
                ++i;
        }
    }

    /* False: it waits on. */
    bool serve(Request& request) noexcept
    {
        const Answer answer = try_all(request);
        if (answer == Answer::Waiting)
            return false;
        request.answer = answer;
        leave_line(request);
        return true;
    }

    void settle(u32 named) noexcept
    {
        serve_zero_waiters(named);
        while (const Request* served = serve_changer())
            serve_zero_waiters(served->named());
    }

    i32 values_[kSemaphores] {};
    Request* line_[kMostWaiters] {};
    u32 waiting_ { 0 };
};

} // namespace sysvipc
