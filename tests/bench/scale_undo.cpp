// SPDX-License-Identifier: GPL-2.0
/*
 * scale_undo: the cost of undo records where a set has many of them, or large ones.  Needs a clock that counts
 * instructions (qemu/run --instruction-clock).
 */
#include "bench/counted.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/own_table.hpp"
#include "lib/sem_set.hpp"

#include <deque>
#include <fcntl.h>
#include <unistd.h>

namespace {

// Processes of which each has a record of the set.
class Holders {
public:
    Holders(int count, const std::function<void()>& operate)
    {
        for (int i = 0; i < count; ++i) {
            const Actor& added = actors_.emplace_back([&] {
                operate();
                pause();
                return Outcome::raw(0);
            });
            added.wait_asleep_in(kPauseNumber);
        }
    }

private:
    std::deque<Actor> actors_;
};

long read_whole_file(const char* name, std::size_t at_once)
{
    char buffer[4096];
    const int fd = open(name, O_RDONLY);
    REQUIRE(fd >= 0);
    const long start = bench::now();
    while (read(fd, buffer, at_once) > 0) { }
    const long cost = bench::now() - start;
    close(fd);
    return cost;
}

// Instructions per record of reading the file.
long cost_of_a_record(int count, const Operations& second, std::size_t at_once)
{
    const SemSet set { 1 };
    const Holders holders { count, [&] {
                               REQUIRE_OK(set.operate({ undone(up()) }));
                               REQUIRE_OK(set.operate(second));
                           } };
    read_whole_file("/proc/sysvipc/sem_undo", at_once);
    return read_whole_file("/proc/sysvipc/sem_undo", at_once) / count;
}

void compare_few_and_many(const Operations& second, std::size_t at_once)
{
    require_module();
    constexpr int kFew = 30;
    constexpr int kMany = 600;
    const long beside_few = cost_of_a_record(kFew, second, at_once);
    const long beside_many = cost_of_a_record(kMany, second, at_once);
    harness::note("of " + std::to_string(kFew) + ": " + std::to_string(beside_few) + " ns, of "
                  + std::to_string(kMany) + ": " + std::to_string(beside_many));
    EXPECT(beside_many * 2 <= beside_few * 3);
}

// Their adjustments are 0: one read() passes all of them.
TEST(the_cost_of_passing_a_record_does_not_grow_with_their_number)
{
    compare_few_and_many({ undone(down()) }, 4096);
}

// A read() for each of them.
TEST(the_cost_of_showing_a_record_does_not_grow_with_their_number)
{
    compare_few_and_many({ undone(up()) }, 64);
}

constexpr int kSemaphores = 16'000;
constexpr int kRecords = 4;

// Of SETALL after other processes have changed all semaphores.
long cost_of_set_all(sembuf (*operation)(int number))
{
    constexpr int kAtOnce = 500;
    const SemSet set { kSemaphores };
    const Values values(kSemaphores, 1);
    const Holders holders { kRecords, [&] {
                               for (int first = 0; first < kSemaphores; first += kAtOnce) {
                                   Operations operations;
                                   for (int i = first; i < first + kAtOnce; ++i)
                                       operations.push_back(operation(i));
                                   REQUIRE_OK(set.operate(operations));
                               }
                           } };
    const long start = bench::now();
    REQUIRE_OK(set.set_values(values));
    return bench::now() - start;
}

TEST(set_all_clears_an_adjustment_in_few_instructions)
{
    constexpr double kMost = 3; // a loop that stores one after the other
    const long without = cost_of_set_all([](int number) { return up(number); });
    const long with_records = cost_of_set_all([](int number) { return undone(up(number)); });
    const double each = static_cast<double>(with_records - without) / (kSemaphores * kRecords);
    harness::note(std::to_string(each) + " ns for an adjustment");
    EXPECT(each <= kMost);
}

} // namespace
