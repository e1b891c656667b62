// SPDX-License-Identifier: GPL-2.0
/*
 * The waiters of a semaphore set, and which of them are served after a change.
 *
 * The order is the one that programs can observe on Linux.  Waiters for zero are served before waiters that
 * would change a semaphore, and are checked again after every success of the latter.  Among those, the
 * oldest that can proceed goes first, and while operations on several semaphores wait, the search
 * restarts after every success.
 *
 * Locks: a SemLock that covers what has changed, for everything here.
 */
#pragma once

#include <os/waiter.hpp>
#include <sem/sem_lock.hpp>

namespace sysvipc {

/* Queues @waiter, whose operations have been attempted and block. */
void add_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept;
/* Dequeues @waiter. */
void remove_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept;

/* After @done was performed: serves the waiters that it makes possible, and records the time. */
void serve_after(SemSet& set, SemLock& lock, const SemOperations& done, WakeList& wakes) noexcept;

/*
 * Parts of serve_changed(): each tries the waiters of one queue and returns whether it served any.
 * The second tries none unless some semaphore of the set is 0, and then all, even if that one did
 * not change: GETNCNT and GETZCNT reveal when a waiter was last tried.
 */
bool serve_zero_waiters_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept;
bool serve_complex_zero_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;
bool serve_all_changers(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;
bool serve_decreasers_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept;
void note_otime(SemSet& set, SemLock& lock, u32 number) noexcept;

/* Whether the change counts as an operation: its time is then recorded even if nobody is served. */
enum class Counts : u8 { AsOperation, AsChange };

/*
 * The semaphores in @range were set: serves the waiters that this makes possible, and records the time.
 * Precondition: has_set().  Inlined, so that the compiler sees which kind of range it is.
 */
[[gnu::always_inline]] inline void serve_changed(SemSet& set, SemLock& lock, SemRange range,
                                                 Counts counts, WakeList& wakes) noexcept
{
    bool served = false;
    for (const u32 number : range) {
        SemaphoreState& semaphore = set.at(number, lock);
        if (semaphore.value == 0 && !semaphore.zero_waiters.is_empty()) [[unlikely]]
            served |= serve_zero_waiters_at(set, lock, number, wakes);
    }
    if (!lock.state().zero_waiters.is_empty())
        served |= serve_complex_zero_waiters(set, lock, wakes);
    if (!lock.state().changers.is_empty()) {
        served |= serve_all_changers(set, lock, wakes);
    } else {
        for (const u32 number : range) {
            if (!set.at(number, lock).decreasers.is_empty()) [[unlikely]]
                served |= serve_decreasers_at(set, lock, number, wakes);
        }
    }
    if (served || counts == Counts::AsOperation)
        note_otime(set, lock, 0);
}

/* Wakes every waiter with EIDRM.  Precondition: all semaphores are locked. */
void release_all_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;

/* How many tasks wait for semaphore @number to become 0, or to be increased. */
enum class WaitsFor : u8 { Zero, Increase };
[[nodiscard]] u32 count_sem_waiters(SemSet& set, SemLock& lock, u32 number, WaitsFor what) noexcept;

/* After the last complex waiter has gone: moves each changer to its semaphore's own queue. */
void give_back_changers(SemSet& set, SemLock& lock) noexcept;

} // namespace sysvipc
