// SPDX-License-Identifier: GPL-2.0
/*
 * footprint: how much memory of the kernel objects take.
 *
 * Each test makes many objects of a kind, sees how much more memory the kernel has in use then (its slab caches,
 * memory of each CPU, mapped pages: /proc/meminfo), and prints the share of one as "# footprint ROW BYTES".
 * scripts/measure runs it on kernels with and without the module, and compares.
 *
 *   footprint [NAME]...
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/limit_file.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <cstdio>
#include <ctime>
#include <deque>
#include <sstream>
#include <string>

namespace {

// In bytes; to a page.
long kernel_memory()
{
    std::istringstream lines { read_file("/proc/meminfo").value_or("") };
    long sum = 0;
    std::string name;
    long kibibytes;
    std::string rest;
    while (lines >> name >> kibibytes && std::getline(lines, rest))
        if (name == "Slab:" || name == "Percpu:" || name == "VmallocUsed:" || name == "PageTables:")
            sum += kibibytes * 1024;
    REQUIRE(sum > 0);
    return sum;
}

// Waits until RCU and work items have freed their memory.
void settle()
{
    timespec pause { 0, 300'000'000 };
    nanosleep(&pause, nullptr);
}

void print_row(const std::string& row, long bytes, long count)
{
    char text[100];
    std::snprintf(text, sizeof(text), "footprint %s %.1f", row.c_str(),
                  static_cast<double>(bytes) / static_cast<double>(count));
    harness::note(text);
}

// A row for `count` objects, which `make` makes and returns.  The first round warms up: what the kernel allocates
// once, and pages of slab caches that are not full, stay.
template <class Make>
void measure(const std::string& row, long count, Make make)
{
    long used = 0;
    for (int round = 0; round < 3; ++round) {
        settle();
        const long before = kernel_memory();
        const auto objects = make();
        settle();
        used = kernel_memory() - before;
    }
    print_row(row, used, count);
}

template <class Object, class... Arguments>
std::deque<Object> many(int count, Arguments... arguments)
{
    std::deque<Object> objects;
    for (int i = 0; i < count; ++i)
        objects.emplace_back(arguments...);
    return objects;
}

TEST(a_queue)
{
    measure("queue", 20'000, [] { return many<Queue>(20'000); });
}

TEST(a_message)
{
    const LimitFile most { "msgmnb" };
    REQUIRE_OK(most.write("100000000"));
    for (const int size : { 0, 1, 16, 48, 64, 200, 500, 1000, 2000, 4000, 8000 }) {
        const std::string text(static_cast<std::size_t>(size), 'x');
        const int count = size < 1000 ? 50'000 : 8'000;
        measure("message," + std::to_string(size) + "B", count, [&] {
            Queue queue;
            for (int i = 0; i < count; ++i)
                REQUIRE_OK(queue.send(1 + i % 3, text));
            return queue;
        });
    }
    REQUIRE_OK(most.write("16384"));
}

TEST(a_set)
{
    for (const int semaphores : { 1, 10, 100, 1000 }) {
        const int count = 20'000 / semaphores + 100;
        measure("set," + std::to_string(semaphores), count, [=] {
            std::deque<SemSet> sets;
            for (int i = 0; i < count; ++i)
                sets.emplace_back(semaphores);
            return sets;
        });
    }
}

// Of one process, which has one for each of many sets.
TEST(an_undo_record)
{
    for (const int semaphores : { 1, 100 }) {
        const auto sets = many<SemSet>(5'000, semaphores);
        Actor user { [&] {
            settle();
            const long before = kernel_memory();
            for (const SemSet& set : sets)
                REQUIRE_OK(operate(set.id(), { undone(up()) }));
            settle();
            print_row("undo-record,set-of-" + std::to_string(semaphores), kernel_memory() - before,
                      static_cast<long>(sets.size()));
            return Outcome::raw(0);
        } };
        REQUIRE_OK(user.join());
    }
}

TEST(a_segment)
{
    measure("segment", 4'000, [] { return many<Segment>(4'000); });
}

TEST(an_attachment)
{
    const Segment segment;
    measure("attachment", 5'000, [&] {
        std::deque<Attachment> attachments;
        for (int i = 0; i < 5'000; ++i)
            attachments.emplace_back(segment);
        return attachments;
    });
}

} // namespace
