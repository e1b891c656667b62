// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel memory of an IPC namespace's objects is freed when the namespace ends.
 */
#include "lib/facility.hpp"
#include "lib/memory_group.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"
#include "namespace/shared_memory.hpp"

namespace {

// Grace periods end a namespace, one for each: let them be short while this object lives.
class ShortGracePeriods {
public:
    ShortGracePeriods() : old_ { read_file(kFile).value_or("") } { (void)write_file(kFile, "1"); }
    ~ShortGracePeriods() { (void)write_file(kFile, old_); }
    ShortGracePeriods(const ShortGracePeriods&) = delete;
    ShortGracePeriods& operator=(const ShortGracePeriods&) = delete;

private:
    static constexpr const char* kFile = "/sys/kernel/rcu_expedited";
    std::string old_;
};

// Charges the objects that `fill` creates in a new namespace to a group, and expects the charge to end
// with the namespace.
void expect_memory_back(const std::function<void()>& fill)
{
    const MemoryGroup group;
    const std::size_t before = group.charged();
    in_a_new_ipc_namespace([&] {
        in_a_process([&] {
            group.enter();
            fill();
        });
        EXPECT(group.charged() > before + 3 * kMegabyte / 2);
    });
    // Each CPU keeps a quarter of a megabyte in stock.
    wait_until([&] { return group.charged() < before + kMegabyte; });
}

TEST(the_memory_of_messages_is_freed)
{
    expect_memory_back([] {
        for (int i = 0; i < 150; ++i) {
            const int id = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
            for (int n = 0; n < 4; ++n)
                REQUIRE_OK(send(id, 1, pattern(4000)));
        }
    });
}

TEST(the_memory_of_large_messages_is_freed)
{
    expect_memory_back([] {
        for (int i = 0; i < 150; ++i) {
            const int id = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
            for (int n = 0; n < 2; ++n)
                REQUIRE_OK(send(id, 1, pattern(8192)));
        }
    });
}

TEST(the_memory_of_empty_queues_is_freed)
{
    expect_memory_back([] {
        for (int i = 0; i < 12000; ++i)
            (void)REQUIRE_OK(sysv::msgget(i + 1, IPC_CREAT | 0600));
    });
}

TEST(the_memory_of_semaphores_is_freed)
{
    expect_memory_back([] {
        for (int i = 0; i < 60; ++i)
            (void)REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1000, 0600));
    });
}

TEST(the_memory_of_touched_pages_is_freed)
{
    expect_memory_back([] { (void)make_large(); });
}

TEST(a_thousand_namespaces_leave_nothing)
{
    const MemoryGroup group;
    const ShortGracePeriods hurry;
    const std::size_t shared_before = shared_memory();
    require_ipc_namespaces();
    in_a_process([&] {
        group.enter();
        const int count = harness::affordable(1000);
        for (int i = 0; i < count; ++i) {
            REQUIRE_OK(let_go(new_ipc()));
            const int queue = static_cast<int>(REQUIRE_OK(sysv::msgget(kKey, IPC_CREAT | 0600)));
            REQUIRE_OK(send(queue, 1, pattern(4000)));
            REQUIRE_OK(send(queue, 2, pattern(4000)));
            const int set = static_cast<int>(REQUIRE_OK(sysv::semget(kKey, 100, IPC_CREAT | 0600)));
            const Operations operations { undone(up(3)), undone(up(99, 7)) };
            REQUIRE_OK(operate(set, operations));
            const int segment =
                static_cast<int>(REQUIRE_OK(sysv::shmget(kKey, 4 * kPage, IPC_CREAT | 0600)));
            const auto memory =
                reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(segment, nullptr, 0)));
            for (int page = 0; page < 4; ++page)
                memory[page * kPage] = 'x';
            EXPECT_EQ(queue + set + segment, 0);
            REQUIRE_OK(sysv::shmdt(memory));
        }
    });
    // All that would be 30 megabytes, or an eighth of that.
    wait_until([&] { return group.charged() < kMegabyte; });
    wait_until([&] { return group.charged_as("slab_unreclaimable") < kMegabyte / 2; });
    wait_until([&] { return group.charged_as("shmem") < kMegabyte / 8; });
    wait_until([&] { return shared_memory() < shared_before + 5 * kMegabyte / 4; });
}

TEST(namespaces_that_ended_do_not_count_against_the_limit)
{
    require_ipc_namespaces();
    const ShortGracePeriods hurry;
    const auto file = std::string { "/proc/sys/user/max_" } + kind_of_ipc().name + "_namespaces";
    const LimitOverride few { file.c_str(), 4 };
    in_a_process([&] {
        for (int i = 0; i < 40; ++i) {
            wait_until([&] {
                const auto left = let_go(new_ipc());
                EXPECT(left.ok() || left.failed_with(ENOSPC));
                return left.ok();
            });
            for (const Facility& facility : kFacilities)
                REQUIRE_OK(facility.write(facility.make()));
        }
    });
}

} // namespace
