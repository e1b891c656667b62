// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel memory that a process causes to be allocated is charged to its memory cgroup until it is
 * freed.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/memory_group.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <deque>

namespace {

constexpr std::size_t kMegabyte = 1 << 20;

// Fills and empties; both may be other processes than the one that looks.
void expect_charged(const MemoryGroup& group, const std::function<void()>& fill,
                    const std::function<void()>& empty)
{
    const std::size_t before = group.charged();
    in_a_process([&] {
        group.enter();
        fill();
    });
    EXPECT(group.charged() > before + 3 * kMegabyte / 2);
    empty();
    // Some of it is given back by RCU, a little later; each CPU keeps a quarter of a megabyte in stock.
    wait_until([&] { return group.charged() < before + kMegabyte; });
}

TEST(messages_are_charged_to_their_sender)
{
    const MemoryGroup group;
    const std::deque<Queue> queues(600);
    expect_charged(
        group,
        [&] {
            for (const auto& queue : queues)
                queue.fill(4000);
        },
        [&] {
            for (const auto& queue : queues)
                while (queue.receive().outcome.ok())
                    ;
        });
}

TEST(large_messages_are_charged_to_their_sender)
{
    const MemoryGroup group;
    const std::deque<Queue> queues(400);
    expect_charged(
        group,
        [&] {
            for (const auto& queue : queues)
                queue.fill(8192);
        },
        [&] {
            for (const auto& queue : queues)
                while (queue.receive().outcome.ok())
                    ;
        });
}

TEST(semaphore_sets_are_charged_to_their_creator)
{
    struct Sets {
        int ids[60];
    };
    const MemoryGroup group;
    const Shared<Sets> sets;
    expect_charged(
        group,
        [&] {
            for (int& id : sets->ids)
                id = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1000, 0600)));
        },
        [&] {
            for (const int id : sets->ids)
                REQUIRE_OK(sysv::semctl(id, 0, IPC_RMID));
        });
}

TEST(the_pages_of_a_segment_are_charged_to_the_task_that_touches_them)
{
    const MemoryGroup group;
    Segment segment { 4 * kMegabyte };
    expect_charged(
        group,
        [&] {
            const Attachment attachment { segment };
            for (std::size_t i = 0; i < 4 * kMegabyte; i += kPage)
                attachment[i] = 'x';
            EXPECT(group.charged_as("shmem") > 3 * kMegabyte);
        },
        [&] { REQUIRE_OK(segment.remove()); });
}

} // namespace
