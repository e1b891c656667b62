// SPDX-License-Identifier: GPL-2.0
/*
 * The pages that other tests make calls wait for: tasks wait for them, holding the expected locks,
 * and they arrive.
 */
#include "lib/harness.hpp"
#include "lib/shared.hpp"
#include "lib/stalled_page.hpp"

#include <csignal>
#include <sys/mman.h>
#include <thread>

namespace {

constexpr std::byte kMark { 0x5a };

void expect_arrives_when_released(StalledPage& page)
{
    EXPECT(!page.is_waited_for());
    page.contents()[1] = kMark;
    std::atomic<bool> has_arrived { false };
    std::thread reader { [&] {
        const auto got = *page.as<volatile std::byte>(1);
        EXPECT(got == kMark);
        has_arrived = true;
    } };
    page.wait_until_waited_for();
    EXPECT(!has_arrived);
    page.release();
    reader.join();
    EXPECT(!page.is_waited_for());
    EXPECT(*page.as<std::byte>(1) == kMark);
}

void expect_arrives_to_alice(FusePage& page)
{
    EXPECT_OK(play(kAlice, [&] {
        expect_arrives_when_released(page);
        return Outcome::raw(0);
    }));
}

TEST(a_page_by_userfaultfd_arrives_when_released)
{
    UserfaultPage page;
    expect_arrives_when_released(page);
}

TEST(a_page_by_fuse_arrives_when_released)
{
    FusePage page { kAlice };
    expect_arrives_to_alice(page);
}

TEST(a_page_by_fuse_under_the_mmap_lock_arrives_when_released)
{
    FusePage page { kAlice, StalledFile::Fault::HoldsMmapLock };
    expect_arrives_to_alice(page);
}

TEST(a_system_call_waits_for_a_page_by_fuse)
{
    FusePage page { kAlice };
    int ends[2];
    REQUIRE_EQ(pipe(ends), 0);
    Actor writer { kAlice, [&] { return Outcome::of(write(ends[1], page.address(), 1)); } };
    page.wait_until_waited_for();
    page.release();
    EXPECT_EQ(writer.join().value(), 1);
}

TEST(a_waiting_task_can_be_killed)
{
    FusePage page { kAlice, StalledFile::Fault::HoldsMmapLock };
    Actor reader { kAlice, [&] {
                      return Outcome::raw(static_cast<long>(*page.as<volatile std::byte>()));
                  } };
    page.wait_until_waited_for();
    reader.signal(SIGKILL);
    reader.join_killed(SIGKILL);
    EXPECT(!page.is_waited_for());
}

// Whether a call that takes the mmap lock of the process waits beside one that faults.
bool does_mapping_wait(StalledFile::Fault fault)
{
    FusePage page { kAlice, fault };
    Shared<std::atomic<pid_t>> mapper;
    Shared<std::atomic<bool>> has_mapped;
    Actor process { kAlice, [&] {
                       std::thread reader { [&] { (void)*page.as<volatile std::byte>(); } };
                       page.wait_until_waited_for();
                       *mapper = gettid();
                       void* other =
                           mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                       *has_mapped = true;
                       reader.join();
                       return Outcome::raw(other == MAP_FAILED);
                   } };
    wait_until([&] {
        REQUIRE(process.is_running());
        return *has_mapped
            || (fault == StalledFile::Fault::HoldsMmapLock && state_of(*mapper) == 'D'
                && sleeping_call_of(*mapper) == SYS_mmap);
    });
    const bool waits = !*has_mapped;
    page.release();
    EXPECT_OK(process.join());
    return waits;
}

TEST(a_fault_holds_the_mmap_lock_if_requested)
{
    EXPECT(!does_mapping_wait(StalledFile::Fault::HoldsNothing));
    EXPECT(does_mapping_wait(StalledFile::Fault::HoldsMmapLock));
}

TEST(a_page_by_fuse_is_inaccessible_to_other_users)
{
    FusePage page { kAlice };
    Actor reader { kBob, [&] {
                      return Outcome::raw(static_cast<long>(*page.as<volatile std::byte>()));
                  } };
    reader.join_killed(SIGBUS);
}

TEST(pages_of_one_file_are_released_one_by_one)
{
    constexpr int kPages = 3;
    StalledFile file { kAlice, kPages };
    std::vector<Actor> readers;
    for (int number = 0; number < kPages; ++number) {
        *file.contents(number) = std::byte(number + 1);
        readers.emplace_back(kAlice, [&file, number] {
            const FusePage page { file, number };
            return Outcome::raw(static_cast<long>(*page.as<volatile std::byte>()));
        });
    }
    wait_until([&] { return file.waited_for() == kPages; });
    file.release(1);
    EXPECT_EQ(readers[1].join().value(), 2);
    EXPECT_EQ(file.waited_for(), kPages - 1);
    file.release_all();
    EXPECT_EQ(readers[0].join().value(), 1);
    EXPECT_EQ(readers[2].join().value(), 3);
}

} // namespace
