// SPDX-License-Identifier: GPL-2.0
/* Strategies: all schedules with few preemptions, random ones that favour deep bugs, or a given one. */
#pragma once

#include "scheduler.hpp"

#include <map>
#include <random>

namespace hosted::explorer {

/* Depth first; next() until it returns false. */
class Exhaustive final : public Strategy {
public:
    explicit Exhaustive(unsigned preemptions) noexcept : most_(preemptions) { }

    unsigned choose(unsigned point, const std::vector<unsigned>& tasks,
                    bool is_free) noexcept override;
    /* Prepares the next schedule; false: that was the last. */
    bool next() noexcept;
    void restart() noexcept;

private:
    struct Decision {
        unsigned options;
        unsigned chosen;
        bool is_free;
    };
    unsigned most_;
    unsigned used_ { 0 };
    std::size_t depth_ { 0 };
    std::vector<Decision> decisions_;
};

/*
 * Probabilistic concurrency testing: the task with the highest priority runs, priorities are random,
 * and at a few random points the running task's becomes the lowest.
 */
class Pct final : public Strategy {
public:
    Pct(std::uint64_t seed, unsigned points, unsigned changes) noexcept;
    unsigned choose(unsigned point, const std::vector<unsigned>& tasks,
                    bool is_free) noexcept override;

private:
    std::mt19937_64 random_;
    std::vector<unsigned> changes_; /* the points to come, the next one last */
    std::array<std::int64_t, kMostTasks> priorities_ {};
    std::int64_t lowest_ { 0 };
};

/* As schedule() printed it. */
class Replay final : public Strategy {
public:
    explicit Replay(const char* text) noexcept;
    unsigned choose(unsigned point, const std::vector<unsigned>& tasks,
                    bool is_free) noexcept override;
    [[nodiscard]] bool is_asked_always() const noexcept override { return true; }

private:
    std::map<unsigned, unsigned> choices_;
};

} // namespace hosted::explorer
