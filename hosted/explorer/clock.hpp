// SPDX-License-Identifier: GPL-2.0
/* Clock: a vector clock: how much of each task's past happened before. */
#pragma once

#include <algorithm>
#include <array>

namespace hosted::explorer {

constexpr unsigned kMostTasks = 8;

class Clock {
public:
    [[nodiscard]] unsigned of(unsigned task) const noexcept { return times_[task]; }
    void tick(unsigned task) noexcept { ++times_[task]; }
    void set(unsigned task, unsigned time) noexcept { times_[task] = time; }
    void raise(unsigned task, unsigned time) noexcept
    {
        times_[task] = std::max(times_[task], time);
    }
    void join(const Clock& other) noexcept
    {
        for (unsigned task = 0; task < kMostTasks; ++task)
            times_[task] = std::max(times_[task], other.times_[task]);
    }

private:
    std::array<unsigned, kMostTasks> times_ {};
};

} // namespace hosted::explorer
