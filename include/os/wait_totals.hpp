// SPDX-License-Identifier: GPL-2.0
/*
 * WaitTotals: how often, and how long, tasks have waited at an object.  Waiting: one that waits.
 *
 * Only who sleeps, or is refused, counts.  The numbers are independent of each other: a reader may see one before another
 * that belongs to it.
 *
 * Locks: none.
 */
#pragma once

#include <base/atomic.hpp>
#include <os/waiter.hpp>

namespace sysvipc {

class WaitTotals { /* pinned by its members */
public:
    /* A call did not wait, as it was told to (IPC_NOWAIT).  nullptr: it is not counted. */
    static void note_refusal(WaitTotals* totals) noexcept
    {
        if (totals)
            static_cast<void>(totals->refused_.add(1));
    }

    [[nodiscard]] u64 refused() const noexcept { return refused_.load_relaxed(); }
    /* Calls that had to wait, so far. */
    [[nodiscard]] u64 blocked() const noexcept { return blocked_.load_relaxed(); }
    /* Tasks that wait now, and the most that ever did at once. */
    [[nodiscard]] u64 waiting() const noexcept { return waiting_.load_relaxed(); }
    [[nodiscard]] u64 most_waiting() const noexcept { return most_waiting_.load_relaxed(); }
    /* Of the waits that have ended, in nanoseconds. */
    [[nodiscard]] u64 total() const noexcept { return total_.load_relaxed(); }
    [[nodiscard]] u64 longest() const noexcept { return longest_.load_relaxed(); }

private:
    friend class Waiting;

    static void raise(Atomic<u64>& most, u64 value) noexcept
    {
        u64 before = most.load_relaxed();
        while (before < value && !most.compare_exchange(before, value)) { }
    }
    void begin() noexcept
    {
        static_cast<void>(blocked_.add(1));
        raise(most_waiting_, waiting_.add(1));
    }
    void end(u64 nanoseconds) noexcept
    {
        static_cast<void>(waiting_.add(~u64 { 0 }));
        static_cast<void>(total_.add(nanoseconds));
        raise(longest_, nanoseconds);
    }

    Atomic<u64> refused_ { 0 };
    Atomic<u64> blocked_ { 0 };
    Atomic<u64> waiting_ { 0 };
    Atomic<u64> most_waiting_ { 0 };
    Atomic<u64> total_ { 0 };
    Atomic<u64> longest_ { 0 };
};

/* Counts a call while it lives.  Both arguments must outlive it; without @totals nothing is counted. */
class Waiting : Pinned {
public:
    COLD [[gnu::noinline]] Waiting(WaitTotals* totals, const Waiter& waiter) noexcept
        : totals_(totals),
          waiter_(waiter)
    {
        if (totals)
            totals->begin();
    }
    COLD [[gnu::noinline]] ~Waiting()
    {
        if (totals_)
            totals_->end(static_cast<u64>(max<i64>(monotonic_now() - waiter_.since(), 0)));
    }

private:
    WaitTotals* const totals_;
    const Waiter& waiter_;
};

} // namespace sysvipc
