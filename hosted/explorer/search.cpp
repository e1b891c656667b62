// SPDX-License-Identifier: GPL-2.0
/* The choice of the next task (contracts: hosted/explorer/search.hpp). */
#include "search.hpp"

#include <algorithm>
#include <cstdlib>

namespace hosted::explorer {

unsigned Exhaustive::choose(unsigned, const std::vector<unsigned>& tasks, bool is_free) noexcept
{
    if (!is_free && used_ == most_)
        return 0;
    if (depth_ == decisions_.size())
        decisions_.push_back({ static_cast<unsigned>(tasks.size()), 0, is_free });
    const Decision& decision = decisions_[depth_++];
    if (decision.options != tasks.size() || decision.is_free != is_free)
        fail("the scenario does not depend on its schedule alone");
    if (decision.chosen != 0 && !is_free)
        ++used_;
    return decision.chosen;
}

bool Exhaustive::next() noexcept
{
    used_ = 0;
    depth_ = 0;
    while (!decisions_.empty() && decisions_.back().chosen + 1 == decisions_.back().options)
        decisions_.pop_back();
    if (decisions_.empty())
        return false;
    ++decisions_.back().chosen;
    return true;
}

void Exhaustive::restart() noexcept
{
    used_ = 0;
    depth_ = 0;
    decisions_.clear();
}

Pct::Pct(std::uint64_t seed, unsigned points, unsigned changes) noexcept : random_(seed)
{
    for (std::int64_t& priority : priorities_)
        priority = static_cast<std::int64_t>(random_() >> 8);
    for (unsigned i = 0; i < changes; ++i)
        changes_.push_back(static_cast<unsigned>(random_() % (points + 1)));
    std::sort(changes_.rbegin(), changes_.rend());
}

unsigned Pct::choose(unsigned point, const std::vector<unsigned>& tasks, bool is_free) noexcept
{
    if (!is_free && !changes_.empty() && point >= changes_.back()) {
        priorities_[tasks[0]] = --lowest_;
        changes_.pop_back();
    }
    const auto best = std::max_element(tasks.begin(), tasks.end(), [&](unsigned a, unsigned b) {
        return priorities_[a] < priorities_[b];
    });
    return static_cast<unsigned>(best - tasks.begin());
}

Replay::Replay(const char* text) noexcept
{
    while (*text) {
        char* end = nullptr;
        const auto point = static_cast<unsigned>(std::strtoul(text, &end, 10));
        if (*end != ':')
            fail("a schedule is POINT:TASK,...");
        choices_[point] = static_cast<unsigned>(std::strtoul(end + 1, &end, 10));
        text = *end == ',' ? end + 1 : end;
    }
}

unsigned Replay::choose(unsigned point, const std::vector<unsigned>& tasks, bool) noexcept
{
    const auto choice = choices_.find(point);
    if (choice == choices_.end())
        return 0;
    const auto task = std::find(tasks.begin(), tasks.end(), choice->second);
    if (task == tasks.end())
        fail("the schedule names a task that cannot go on");
    return static_cast<unsigned>(task - tasks.begin());
}

} // namespace hosted::explorer
