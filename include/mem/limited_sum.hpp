// SPDX-License-Identifier: GPL-2.0
/* LimitedSum: the total of a resource over all objects, bounded by a limit. */
#pragma once

#include <base/atomic.hpp>

namespace sysvipc {

/* Not copyable because of its Atomics; a second Pinned base would make it larger. */
class LimitedSum {
public:
    /* False: the sum would exceed @limit.  Calls may pass different limits. */
    [[nodiscard]] bool charge(u64 count, u64 limit) noexcept
    {
        u64 before = sum_.load_relaxed();
        do {
            if (before > limit || count > limit - before)
                return false;
        } while (!sum_.compare_exchange(before, before + count));
        u64 most = most_.load_relaxed();
        while (most < before + count && !most_.compare_exchange(most, before + count)) { }
        return true;
    }
    void uncharge(u64 count) noexcept
    {
        u64 before = sum_.load_relaxed();
        while (!sum_.compare_exchange(before, before - count)) { }
    }
    [[nodiscard]] u64 sum() const noexcept { return sum_.load_relaxed(); }
    /* The highest sum so far. */
    [[nodiscard]] u64 most() const noexcept { return most_.load_relaxed(); }

private:
    Atomic<u64> sum_ { 0 };
    Atomic<u64> most_ { 0 };
};

} // namespace sysvipc
