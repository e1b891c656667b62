// SPDX-License-Identifier: GPL-2.0
/*
 * SemLock: the right to read and change one, some, or all semaphores of a set.
 *
 * A single operation takes its semaphore's lock and proceeds if the set is open under that lock.  (An
 * earlier check of the flag avoids taking the lock when the set is closed.)  A task that needs several
 * semaphores takes the set's lock, closes the set, and acquires and releases the lock of each semaphore it
 * needs: single operations that saw the set open have then left those semaphores, and later ones see it
 * closed and wait for the set's lock.  The task reopens the set before it unlocks.  If operations on several
 * semaphores wait, it instead acquires and releases every semaphore's lock once and leaves the set closed
 * until the last complex waiter has gone.
 *
 * A single operation that found the set closed takes the set's lock too.  If the set is open by then, the
 * operation takes its semaphore's lock nested in the set's lock, and releases the latter.  It never closes
 * the set; otherwise single operations that once met a closed set would keep it closed for each other.
 *
 * INVARIANT: the set is closed exactly while a SemLock with the set's lock lives, or while
 *     complex_waiters is not 0; in the latter case all its semaphores belong to the set's lock.
 * BARRIER is_closed: set under the set's lock, before acquiring and releasing a semaphore's lock: later
 *     holders of that lock see the flag set.  Cleared with release: a task that reads it clear, with
 *     acquire, under a semaphore's lock sees all changes made to the semaphore under the set's lock.
 *
 * Context: any except interrupts; the holder must not sleep.
 */
#pragma once

#include <base/optional.hpp>
#include <sem/sem_range.hpp>
#include <sem/sem_set.hpp>

namespace sysvipc {

class [[nodiscard]] SemLock : Pinned {
public:
    /* Semaphore @number; takes the set's lock only if the set is closed. */
    SemLock(SemSet& set, u32 number) noexcept;
    /* The semaphores that @operations name, and the set's lock if they are several. */
    SemLock(SemSet& set, const SemOperations& operations) noexcept;
    /* The semaphores in @range, and the set's lock. */
    [[gnu::always_inline]] SemLock(SemSet& set, SemRange range) noexcept : set_(set)
    {
        take_set();
        if (close())
            pass(set, range);
    }
    ~SemLock();

    /* True if the set's lock is held: depends on the set being closed. */
    [[nodiscard]] bool has_set() const noexcept { return whole_.has_value(); }
    /* The set's own state.  Precondition: has_set(). */
    [[nodiscard]] SemSetState& state() noexcept { return **whole_; }
    [[nodiscard]] SemSet::Locked& proof() noexcept { return *whole_; }
    /* Adds all other semaphores.  Precondition: has_set(). */
    void extend_to_all() noexcept;

private:
    void take_one(u32 number) noexcept;
    /* For a closed set.  Not inlined, so that the fast path saves no registers. */
    [[gnu::noinline]] void take_one_inside_set(Semaphore& semaphore) noexcept;
    void take_set() noexcept;
    /* Returns true if the set was open: the caller must then acquire and release semaphores' locks. */
    [[nodiscard]] bool close() noexcept;
    /* Acquires and releases the locks of those semaphores of @set.  Inlined, as is the constructor. */
    template <class Numbers>
    [[gnu::always_inline]] static void pass(SemSet& set, const Numbers& numbers) noexcept
    {
        for (const auto& each : numbers)
            static_cast<void>(set.semaphore(number_of(each)).lock()); /* BARRIER is_closed */
    }
    [[nodiscard]] static u32 number_of(u32 number) noexcept { return number; }
    [[nodiscard]] static u32 number_of(const abi::SemOp& op) noexcept { return op.sem_num; }

    SemSet& set_;
    Optional<SemSet::Locked> whole_;
    Optional<Semaphore::Locked> one_;
};

/*
 * The lock of semaphore @number alone, as a SemLock takes it if the set is open.  holds(): true if the set
 * was open.  For the usual semop() and GETVAL; omits the code for a closed set.
 */
class [[nodiscard]] OpenSemLock : Pinned {
public:
    [[gnu::always_inline]] OpenSemLock(SemSet& set, u32 number) noexcept
        : one_(set.semaphore(number).lock()),
          holds_(!set.is_closed_.load_acquire()) /* BARRIER is_closed */
    {
    }
    [[nodiscard]] bool holds() const noexcept { return holds_; }
    /* Precondition: holds(). */
    [[nodiscard]] SemaphoreState& operator*() noexcept { return *one_; }

private:
    Semaphore::Locked one_;
    const bool holds_;
};

inline SemaphoreState& SemSet::at(u32 number, const SemLock&) noexcept
{
    return semaphore(number).covered();
}

} // namespace sysvipc
