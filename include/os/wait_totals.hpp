// SPDX-License-Identifier: GPL-2.0
/*
 * WaitTotals: the number and duration of waits at an object.  Waiting: a waiting task.
 *
 * Only calls that sleep or fail with IPC_NOWAIT update it.  Counters are not read as one snapshot.
 *
 * Locks: none.
 */
#pragma once

#include <base/atomic.hpp>
#include <os/waiter.hpp>

namespace sysvipc {

class WaitTotals { /* pinned by its members */
public:
    /* Counts a call that would have waited but has IPC_NOWAIT.  nullptr: no-op. */
    static void note_refusal(WaitTotals* totals) noexcept
    {
        if (totals)
            static_cast<void>(totals->refused_.add(1));
    }

    [[nodiscard]] u64 refused() const noexcept { return refused_.load_relaxed(); }
    /* Calls that have waited so far. */
    [[nodiscard]] u64 blocked() const noexcept { return blocked_.load_relaxed(); }
    /* Tasks that wait now, and the highest number so far. */
    [[nodiscard]] u64 waiting() const noexcept { return waiting_.load_relaxed(); }
    [[nodiscard]] u64 most_waiting() const noexcept { return most_waiting_.load_relaxed(); }
    /* Total and longest duration of the waits that have ended, in nanoseconds. */
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

/* Counts a call while it lives.  Both arguments must outlive it; without @totals, a no-op. */
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
