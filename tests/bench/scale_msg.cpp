// SPDX-License-Identifier: GPL-2.0
/*
 * scale_msg: the cost of a queue when there are 1,000 of them, and 32,000; that of a message when many wait for
 * others.
 *
 * Each phase does one thing to every queue; its time is divided by their number.  The tests check
 * that the results are right, and that no cost grows by more than half.  They
 * need a clock that counts instructions (qemu/run --instruction-clock), or a quiet machine.
 */
#include "bench/sleepers.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <limits>

namespace {

constexpr double kAllowedGrowth = 1.5;
constexpr int kSmall = 1000;
constexpr int kSmallRounds = 15;
constexpr int kLargeRounds = 3;

constexpr std::array<const char*, 4> kPhases = { "create", "get by key", "/proc line", "remove" };
using Costs = std::array<double, kPhases.size()>; // nanoseconds for one queue

// Filled by the two measuring tests, read by the one that compares.
struct Results {
    int count;
    Costs best;
};
struct Board {
    Results small;
    Results large;
};

Board& board()
{
    static const Shared<Board> shared;
    return *shared;
}

template <class Work>
double nanoseconds_per_item(int count, Work work)
{
    timespec start {};
    timespec end {};
    clock_gettime(CLOCK_MONOTONIC, &start);
    work();
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (static_cast<double>(end.tv_sec - start.tv_sec) * 1e9
            + static_cast<double>(end.tv_nsec - start.tv_nsec))
        / count;
}

key_t key_of(int i)
{
    // Spread over the whole range, as ftok(3) does, and never IPC_PRIVATE.
    return static_cast<key_t>((static_cast<unsigned>(i) + 1) * 2654435761u);
}

// Room is taken before the clock runs, so that only system calls are timed.
class Round {
public:
    explicit Round(int count) : count_ { count }, ids_(static_cast<std::size_t>(count), -1)
    {
        text_.reserve(static_cast<std::size_t>(count) * 140);
    }
    ~Round()
    {
        for (const int id : ids_)
            if (id >= 0)
                (void)sysv::msgctl(id, IPC_RMID, nullptr);
    }
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

    Costs run()
    {
        return { nanoseconds_per_item(count_, [this] { create(); }),
                 nanoseconds_per_item(count_, [this] { get(); }), read(),
                 nanoseconds_per_item(count_, [this] { remove(); }) };
    }

private:
    void create()
    {
        for (int i = 0; i < count_; ++i)
            ids_[static_cast<std::size_t>(i)] =
                static_cast<int>(REQUIRE_OK(sysv::msgget(key_of(i), IPC_CREAT | IPC_EXCL | 0600)));
    }

    void get()
    {
        for (int i = 0; i < count_; ++i)
            REQUIRE(sysv::msgget(key_of(i), 0).value() == ids_[static_cast<std::size_t>(i)]);
    }

    double read()
    {
        const double cost = nanoseconds_per_item(count_, [this] {
            const auto text = read_file(kProcMsg);
            REQUIRE(text.has_value());
            text_ = *text;
        });
        std::vector<int> seen;
        for (const auto& row : parse_rows(text_))
            seen.push_back(row.id);
        auto expected = ids_;
        std::ranges::sort(seen);
        std::ranges::sort(expected);
        EXPECT(std::ranges::includes(seen, expected));
        EXPECT(std::ranges::adjacent_find(seen) == seen.end());
        return cost;
    }

    void remove()
    {
        for (int& id : ids_)
            REQUIRE_OK(sysv::msgctl(std::exchange(id, -1), IPC_RMID, nullptr));
    }

    const int count_;
    std::vector<int> ids_;
    std::string text_;
};

Results measure(int count, int rounds)
{
    pin_to_cpu(0);
    Results results { count, {} };
    results.best.fill(std::numeric_limits<double>::max());
    for (int round = 0; round < rounds; ++round) {
        const Costs costs = Round { count }.run();
        for (std::size_t phase = 0; phase < costs.size(); ++phase)
            results.best[phase] = std::min(results.best[phase], costs[phase]);
    }
    return results;
}

int largest_count()
{
    sysv::Info info {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &info));
    return info.msgmni - info.msgpool;
}

TEST(a_thousand_queues_are_all_found_listed_and_removed)
{
    board().small = measure(kSmall, kSmallRounds);
}

TEST(as_many_queues_as_the_limit_allows_are_all_found_listed_and_removed)
{
    const int count = largest_count();
    if (count < 2 * kSmall)
        harness::skip("the limit allows " + std::to_string(count) + " queues only");
    board().large = measure(count, kLargeRounds);
}

TEST(the_cost_of_a_queue_does_not_grow_by_more_than_half)
{
    const auto& [small, large] = board();
    if (small.count == 0 || large.count == 0)
        harness::skip("there are no two measurements to compare");
    char line[128];
    std::snprintf(line, sizeof(line), "%-12s %9d %9d  ratio   (queues; ns for one queue)", "",
                  small.count, large.count);
    harness::note(line);
    for (std::size_t phase = 0; phase < kPhases.size(); ++phase) {
        const double ratio = large.best[phase] / small.best[phase];
        std::snprintf(line, sizeof(line), "%-12s %9.0f %9.0f  %5.2f", kPhases[phase],
                      small.best[phase], large.best[phase], ratio);
        harness::note(line);
        if (ratio > kAllowedGrowth)
            harness::record_failure(HERE, std::string { kPhases[phase] } + " grows too much");
    }
}

// A message to one of many that wait at a queue, each for messages of its own type.
long cost_beside_receivers(long count)
{
    Queue queue;
    std::atomic<long> next_type { 2 };
    const bench::Sleepers receivers { count, [&] { (void)queue.receive(next_type++, 0); } };
    const long cost = bench::cost_of([&] {
        REQUIRE_OK(queue.send(1, "12345678"));
        REQUIRE(queue.receive(1).is(1, "12345678"));
    });
    REQUIRE_OK(queue.remove());
    return cost;
}

TEST(the_cost_of_a_message_does_not_grow_with_the_tasks_that_wait_for_others)
{
    const long beside_one = cost_beside_receivers(1);
    const long beside_many = cost_beside_receivers(2000);
    harness::note("beside a receiver of another type: " + std::to_string(beside_one)
                  + " ns, beside 2,000: " + std::to_string(beside_many));
    EXPECT(static_cast<double>(beside_many) <= kAllowedGrowth * static_cast<double>(beside_one));
}

} // namespace

int main(int argc, char** argv)
{
    board(); // shared before the first fork
    return harness::run_tests(argc, argv);
}
