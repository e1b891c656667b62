// SPDX-License-Identifier: GPL-2.0
// The cost of a call, where the clock counts instructions (qemu/run --instruction-clock).
#pragma once

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>

namespace bench {

using Work = std::function<void()>;

inline long now()
{
    timespec time {};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// Instructions of one call of `work`: the median of some rounds, as the clock ticks in a few of them.
inline long cost_of(const Work& work)
{
    constexpr int kRounds = 9;
    constexpr int kCalls = 100;
    std::array<long, kRounds> rounds {};
    work();
    for (long& round : rounds) {
        const long start = now();
        for (int i = 0; i < kCalls; ++i)
            work();
        round = (now() - start) / kCalls;
    }
    std::ranges::nth_element(rounds, rounds.begin() + kRounds / 2);
    return rounds[kRounds / 2];
}

// Waits for deferred work (RCU, work items): that of a million objects takes time.
inline void settle()
{
    const timespec pause { 3, 0 };
    nanosleep(&pause, nullptr);
}

} // namespace bench
