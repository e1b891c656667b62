// SPDX-License-Identifier: GPL-2.0
/*
 * The waiters of a semaphore set, and the order in which a change serves them.
 *
 * The order is the one that programs can observe on Linux.  Waiters for zero are served before waiters that
 * would change a semaphore, and are checked again after every success of the latter.  Of the latter, the
 * oldest that can proceed goes first, and while operations on several semaphores wait, the search
 * restarts after every success.
 *
 * Locks: all functions require a SemLock that covers the changed semaphores.
 */
#pragma once

#include <os/waiter.hpp>
#include <sem/sem_lock.hpp>

namespace sysvipc {

/* Queues @waiter, whose operations were attempted and block. */
void add_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept;
/* Dequeues @waiter. */
void remove_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept;

/* After @done was performed: serves the waiters that can now proceed, and records the time. */
void serve_after(SemSet& set, SemLock& lock, const SemOperations& done, WakeList& wakes) noexcept;

/*
 * Parts of serve_changed(): each tries the waiters of one queue and returns whether it served any.
 * serve_complex_zero_waiters() tries all if any semaphore of the set is 0, changed or not, otherwise
 * none: GETNCNT and GETZCNT reveal when a waiter was last tried.
 */
bool serve_zero_waiters_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept;
bool serve_complex_zero_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;
bool serve_all_changers(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;
bool serve_decreasers_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept;
void note_otime(SemSet& set, SemLock& lock, u32 number) noexcept;

/* AsOperation: the time of the change is recorded even if no waiter is served. */
enum class Counts : u8 { AsOperation, AsChange };

/*
 * After the semaphores in @range were set: serves the waiters that can now proceed, and records the time.
 * Precondition: lock.has_set().  Inlined, so that the compiler sees the kind of range.
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

/* The number of tasks that wait for semaphore @number to become 0, or to be increased. */
enum class WaitsFor : u8 { Zero, Increase };
[[nodiscard]] u32 count_sem_waiters(SemSet& set, SemLock& lock, u32 number, WaitsFor what) noexcept;

/* After the last complex waiter has gone: moves each changer to its semaphore's own queue. */
void give_back_changers(SemSet& set, SemLock& lock) noexcept;

} // namespace sysvipc
