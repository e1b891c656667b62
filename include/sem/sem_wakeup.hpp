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

/* @waiter's operations have been attempted and block: it waits from now on. */
void add_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept;
/* It waits no longer. */
void remove_sem_waiter(SemSet& set, SemLock& lock, SemWaiter& waiter) noexcept;

/* @done has just been done: serves whom it makes possible, and notes the time. */
void serve_after(SemSet& set, SemLock& lock, const SemOperations& done, WakeList& wakes) noexcept;

/*
 * Parts of serve_changed(): each tries one queue and returns whether any waiter was served.  The second
 * tries nobody while no semaphore of the set is 0, and everybody while one is, even if it did not
 * change: where a waiter is counted (GETNCNT, GETZCNT) shows when it was tried last.
 */
bool serve_zero_waiters_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept;
bool serve_complex_zero_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;
bool serve_all_changers(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;
bool serve_decreasers_at(SemSet& set, SemLock& lock, u32 number, WakeList& wakes) noexcept;
void note_otime(SemSet& set, SemLock& lock, u32 number) noexcept;

/* Whether what was done counts as an operation: its time is then noted, whoever is served. */
enum class Counts : u8 { AsOperation, AsChange };

/*
 * The values of those semaphores were set that @for_each calls its argument with: serves whom that
 * makes possible.  Precondition: has_set().
 */
template <class ForEach>
void serve_changed(SemSet& set, SemLock& lock, ForEach&& for_each, Counts counts,
                   WakeList& wakes) noexcept
{
    bool served = false;
    for_each([&](u32 number) {
        SemaphoreState& semaphore = set.at(number, lock);
        if (semaphore.value == 0 && !semaphore.zero_waiters.is_empty()) [[unlikely]]
            served |= serve_zero_waiters_at(set, lock, number, wakes);
    });
    if (!lock.state().zero_waiters.is_empty())
        served |= serve_complex_zero_waiters(set, lock, wakes);
    if (!lock.state().changers.is_empty())
        served |= serve_all_changers(set, lock, wakes);
    else
        for_each([&](u32 number) {
            if (!set.at(number, lock).decreasers.is_empty()) [[unlikely]]
                served |= serve_decreasers_at(set, lock, number, wakes);
        });
    if (served || counts == Counts::AsOperation)
        note_otime(set, lock, 0);
}

/* Every waiter fails with EIDRM.  All semaphores are locked. */
void release_all_waiters(SemSet& set, SemLock& lock, WakeList& wakes) noexcept;

/* How many wait for semaphore @number to become 0, or to become larger. */
enum class WaitsFor : u8 { Zero, Increase };
[[nodiscard]] u32 count_sem_waiters(SemSet& set, SemLock& lock, u32 number, WaitsFor what) noexcept;

/* No operations on several semaphores wait any more: each changer to its semaphore's own queue. */
void give_back_changers(SemSet& set, SemLock& lock) noexcept;

} // namespace sysvipc
