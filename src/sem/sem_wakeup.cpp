// SPDX-License-Identifier: GPL-2.0
/* Queues of a semaphore set, and serving their waiters (contracts: include/sem/sem_wakeup.hpp). */
#include <sem/sem_wakeup.hpp>

#include <os/clock.hpp>
#include <os/trace.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* Single changers are queued at their semaphores unless a complex waiter exists. */
SemWaiters& queue_of(SemSet& set, SemLock& lock, const SemOperations& operations) noexcept
{
    if (operations.is_single()) {
        SemaphoreState& semaphore = set.at(operations.first().sem_num, lock);
        if (!operations.changes())
            return semaphore.zero_waiters;
        if (!lock.has_set() || lock.state().complex_waiters == 0)
            return semaphore.decreasers;
        return lock.state().changers;
    }
    return operations.changes() ? lock.state().changers : lock.state().zero_waiters;
}

/* From the first complex waiter on, all changers are in one queue. */
void gather_changers(SemSet& set, SemLock& lock) noexcept
{
    for (const u32 number : SemRange::all(set))
        lock.state().changers.take_all_before(set.at(number, lock).decreasers);
}

/* @first: the semaphore of its first operation. */
void count_done(const SemSet& set, SemaphoreState& first, const SemOperations& done) noexcept
{
    ++first.operations;
    if (Trace::sem_done()) [[unlikely]]
        trace_done(set, done.first(), done.count(), first);
}

/* As count_done(), for operations performed for a waiting task. */
void count_done_for(SemSet& set, SemLock& lock, const SemWaiter& waiter) noexcept
{
    const SemOperations& done = waiter.operations;
    count_done(set, set.at(done.first().sem_num, lock), done);
}

void answer(SemWaiters& queue, SemLock& lock, SemWaiter& waiter, Errno error,
            WakeList& wakes) noexcept
{
    queue.remove(waiter);
    if (!waiter.operations.is_single())
        --lock.state().complex_waiters;
    waiter.error = error;
    wakes.finish(waiter);
}

/* Tries the waiters in @queue, none of which changes a semaphore.  Returns whether any was done. */
bool serve_zero_queue(SemSet& set, SemLock& lock, SemWaiters& queue, WakeList& wakes) noexcept
{
    bool served = false;
    for (SemWaiter* waiter = queue.first(); waiter;) {
        SemWaiter* next = queue.next(*waiter);
        Result<SemOperations::Attempt> attempt = waiter->operations.attempt(set, lock);
        if (!attempt.ok()) {
            answer(queue, lock, *waiter, attempt.error(), wakes);
        } else if (attempt.take() == SemOperations::Attempt::Done) {
            count_done_for(set, lock, *waiter);
            answer(queue, lock, *waiter, Errno {}, wakes);
            served = true;
        }
        waiter = next;
    }
    return served;
}

/* Serves the waiters for 0 at the semaphores that @done named. */
bool serve_zero_waiters(SemSet& set, SemLock& lock, const SemOperations& done,
                        WakeList& wakes) noexcept
{
    bool served = false;
    bool is_any_zero = false;
    for (const abi::SemOp& op : done) {
        SemaphoreState& semaphore = set.at(op.sem_num, lock);
        if (semaphore.value != 0)
            continue;
        is_any_zero = true;
        if (!semaphore.zero_waiters.is_empty())
            served |= serve_zero_queue(set, lock, semaphore.zero_waiters, wakes);
    }
    if (is_any_zero && lock.has_set() && !lock.state().zero_waiters.is_empty())
        served |= serve_zero_queue(set, lock, lock.state().zero_waiters, wakes);
    return served;
}

/* Performs what @waiter, which changes semaphores, waits for; returns whether it was possible. */
bool serve_changer(SemSet& set, SemLock& lock, SemWaiters& queue, SemWaiter& waiter,
                   WakeList& wakes) noexcept
{
    Result<SemOperations::Attempt> attempt = waiter.operations.attempt(set, lock);
    if (!attempt.ok()) {
        answer(queue, lock, waiter, attempt.error(), wakes);
        return false;
    }
    if (attempt.take() != SemOperations::Attempt::Done)
        return false;
    count_done_for(set, lock, waiter);
    queue.remove(waiter);
    if (!waiter.operations.is_single())
        --lock.state().complex_waiters;
    /* Waiters for 0 are woken before @waiter. */
    static_cast<void>(serve_zero_waiters(set, lock, waiter.operations, wakes));
    wakes.finish(waiter);
    return true;
}

/* The amount by which a waiter in decreasers would decrease its semaphore. */
i32 wanted_by(const SemWaiter& waiter) noexcept
{
    return -i32 { waiter.operations.first().sem_op };
}

void add_decreaser(SemaphoreState& semaphore, SemWaiter& waiter) noexcept
{
    const auto wanted = static_cast<u16>(wanted_by(waiter));
    if (semaphore.decreasers.is_empty() || wanted < semaphore.least_wanted)
        semaphore.least_wanted = wanted;
    semaphore.decreasers.push_back(waiter);
}

} // namespace

void add_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept
{
    const bool is_complex = !waiter.operations.is_single();
    if (is_complex && lock.state().complex_waiters == 0) {
        lock.extend_to_all(); /* all belong to the set's lock until the last complex waiter has gone */
        gather_changers(set, lock);
    }
    SemaphoreState& first = set.at(waiter.operations.first().sem_num, lock);
    SemWaiters& queue = queue_of(set, lock, waiter.operations);
    if (&queue == &first.decreasers)
        add_decreaser(first, waiter);
    else
        queue.push_back(waiter);
    if (is_complex)
        ++lock.state().complex_waiters;
}

void remove_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept
{
    queue_of(set, lock, waiter.operations).remove(waiter);
    if (!waiter.operations.is_single())
        --lock.state().complex_waiters;
}

/* Serves the waiters that can proceed after @done. */
[[gnu::noinline]] static void serve_waiters_after(SemSet& set, SemLock& lock,
                                                  const SemOperations& done,
                                                  WakeList& wakes) noexcept
{
    static_cast<void>(serve_zero_waiters(set, lock, done, wakes));
    if (lock.has_set() && !lock.state().changers.is_empty()) {
        static_cast<void>(serve_all_changers(set, lock, wakes));
        return;
    }
    for (const abi::SemOp& op : done) {
        if (op.sem_op > 0 && !set.at(op.sem_num, lock).decreasers.is_empty())
            static_cast<void>(serve_decreasers_at(set, lock, op.sem_num, wakes));
    }
}

void serve_after(SemSet& set, SemLock& lock, const SemOperations& done, WakeList& wakes) noexcept
{
    SemaphoreState& first = set.at(done.first().sem_num, lock);
    first.otime.store_relaxed(real_seconds());
    count_done(set, first, done);
    const bool are_waiters = done.met_waiters() || (lock.has_set() && lock.state().has_waiters());
    if (are_waiters && done.changes()) [[unlikely]]
        serve_waiters_after(set, lock, done, wakes);
}

bool serve_zero_waiters_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept
{
    return serve_zero_queue(set, lock, set.at(number, lock).zero_waiters, wakes);
}

/* While complex waiters exist, all semaphores belong to the set's lock. */
bool serve_complex_zero_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept
{
    for (const u32 number : SemRange::all(set)) {
        if (set.at(number, lock).value == 0)
            return serve_zero_queue(set, lock, lock.state().zero_waiters, wakes);
    }
    return false;
}

bool serve_all_changers(SemSet& set, SemLock& lock, WakeList& wakes) noexcept
{
    SemWaiters& queue = lock.state().changers;
    bool served = false;
    for (SemWaiter* waiter = queue.first(); waiter;) {
        SemWaiter* next = queue.next(*waiter);
        if (serve_changer(set, lock, queue, *waiter, wakes)) {
            served = true;
            next = queue.first(); /* an older waiter may now be able to proceed */
        }
        waiter = next;
    }
    return served;
}

bool serve_decreasers_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept
{
    /* A decrease makes no other decrease possible: one pass suffices. */
    constexpr i32 kMostWanted = -INT16_MIN;
    SemaphoreState& semaphore = set.at(number, lock);
    bool served = false;
    i32 least_wanted = kMostWanted;
    for (SemWaiter* waiter = semaphore.decreasers.first(); waiter;) {
        if (semaphore.value < semaphore.least_wanted)
            return served;
        SemWaiter* next = semaphore.decreasers.next(*waiter);
        const i32 wanted = wanted_by(*waiter);
        if (semaphore.value < wanted)
            least_wanted = min(least_wanted, wanted);
        else
            served |= serve_changer(set, lock, semaphore.decreasers, *waiter, wakes);
        waiter = next;
    }
    semaphore.least_wanted = static_cast<u16>(least_wanted);
    return served;
}

void note_otime(SemSet& set, SemLock& lock, u32 number) noexcept
{
    set.at(number, lock).otime.store_relaxed(real_seconds());
}

void release_all_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept
{
    const auto release = [&](SemWaiters& queue) {
        while (SemWaiter* waiter = queue.first())
            answer(queue, lock, *waiter, Errno::EIDRM, wakes);
    };
    release(lock.state().zero_waiters);
    release(lock.state().changers);
    for (const u32 number : SemRange::all(set)) {
        SemaphoreState& semaphore = set.at(number, lock);
        release(semaphore.zero_waiters);
        release(semaphore.decreasers);
    }
}

/* A task waits at one semaphore: that of its first operation that was not possible. */
u32 count_sem_waiters(SemSet& set, SemLock& lock, u32 number, WaitsFor what) noexcept
{
    u32 count = 0;
    const auto count_in = [&](SemWaiters& queue) {
        for (SemWaiter* waiter = queue.first(); waiter; waiter = queue.next(*waiter)) {
            const abi::SemOp& blocking = waiter->operations.blocking();
            const WaitsFor waits_for = blocking.sem_op == 0 ? WaitsFor::Zero : WaitsFor::Increase;
            count += blocking.sem_num == number && waits_for == what ? 1 : 0;
        }
    };
    SemaphoreState& semaphore = set.at(number, lock);
    count_in(what == WaitsFor::Zero ? semaphore.zero_waiters : semaphore.decreasers);
    if (lock.has_set()) {
        count_in(lock.state().changers);
        count_in(lock.state().zero_waiters);
    }
    return count;
}

void give_back_changers(SemSet& set, SemLock& lock) noexcept
{
    while (SemWaiter* waiter = lock.state().changers.pop_front())
        add_decreaser(set.at(waiter->operations.first().sem_num, lock), *waiter);
}

} // namespace sysvipc
