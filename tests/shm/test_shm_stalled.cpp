// SPDX-License-Identifier: GPL-2.0
/*
 * Processes in which a page fault holds the mmap lock as long as they like: they wait in shmdt(),
 * and no other process does.
 */
#include "lib/actor.hpp"
#include "lib/detaching.hpp"
#include "lib/harness.hpp"
#include "lib/segment.hpp"
#include "lib/shared.hpp"
#include "lib/stalled_page.hpp"

#include <csignal>
#include <ctime>
#include <list>

namespace {

// More than the locks that the address spaces could share, whichever way they are chosen.
constexpr int kStalled = 150;
constexpr int kOthers = 48;
// To detect a hang, not slowness: a hundred times the slowest run.
constexpr int kDeadlineSeconds = 120;

struct Progress {
    std::atomic<pid_t> thread[kStalled]; // the waiting threads
    std::atomic<int> finished;
};

// Attaches, and detaches while the process's own fault holds its mmap lock.
Outcome detach_stalled(StalledFile& file, int number, const Segment& segment,
                       std::atomic<pid_t>& thread)
{
    Attachment attachment { segment };
    const FusePage page { file, number };
    return call_under_mmap_lock(page, thread, [&] { return attachment.detach(); });
}

TEST(processes_that_wait_in_shmdt_do_not_delay_others)
{
    harness::set_time_limit(5 * kDeadlineSeconds);
    StalledFile file { kAlice, kStalled, StalledFile::Fault::HoldsMmapLock };
    const Segment hers { kPage, 0666 };
    const Segment his { kPage, 0666 };
    Shared<Progress> progress;
    std::list<Actor> stuck;
    // One after the other: so many that look for their moment would leave the server no time.
    for (int i = 0; i < kStalled; ++i) {
        stuck.emplace_back(kAlice,
                           [&, i] { return detach_stalled(file, i, hers, progress->thread[i]); });
        wait_until([&] {
            REQUIRE(stuck.back().is_running());
            return is_stuck_in_shmdt(progress->thread[i]);
        });
    }

    std::list<Actor> others;
    for (int i = 0; i < kOthers; ++i)
        others.emplace_back(kBob, [&] {
            Attachment attachment { his };
            EXPECT_OK(attachment.detach());
            ++progress->finished;
            return Outcome::raw(0);
        });
    const time_t deadline = time(nullptr) + kDeadlineSeconds;
    wait_until([&] { return progress->finished == kOthers || time(nullptr) > deadline; });
    EXPECT_EQ(progress->finished.load(), kOthers);

    EXPECT_EQ(hers.attaches(), static_cast<unsigned>(kStalled));
    file.release_all();
    for (auto& actor : stuck)
        EXPECT_OK(actor.join());
    for (auto& actor : others)
        EXPECT_OK(actor.join());
    EXPECT_EQ(hers.attaches(), 0u);
    EXPECT_EQ(his.attaches(), 0u);
}

// They take turns, each with an attachment of its own.
TEST(all_threads_that_detach_from_a_stalled_process_finish)
{
    constexpr int kThreads = 4;
    StalledFile file { kAlice, 1, StalledFile::Fault::HoldsMmapLock };
    const Segment segment { kPage, 0666 };
    Shared<std::atomic<pid_t>> numbers[kThreads];
    Actor process { kAlice, [&] {
                       Attachment first { segment }, second { segment }, third { segment },
                           fourth { segment };
                       Attachment* attachments[] { &first, &second, &third, &fourth };
                       const FusePage page { file };
                       std::list<std::thread> threads;
                       std::atomic<int> ready { 0 };
                       for (int i = 0; i < kThreads; ++i)
                           threads.emplace_back([&, i] {
                               // All that it touches is there when others wait for the lock.
                               *numbers[i] = gettid();
                               EXPECT_ERR(sysv::shmdt(nullptr), EINVAL);
                               ++ready;
                               page.wait_until_waited_for();
                               EXPECT_OK(attachments[i]->detach());
                           });
                       wait_until([&] { return ready == kThreads; });
                       (void)*page.as<volatile std::byte>();
                       for (auto& thread : threads)
                           thread.join();
                       return Outcome::raw(0);
                   } };
    wait_until([&] { return file.waited_for() == 1; });
    for (const auto& number : numbers)
        wait_until([&] { return is_stuck_in_shmdt(*number); });
    file.release_all();
    EXPECT_OK(process.join());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_task_that_waits_in_shmdt_can_be_killed)
{
    StalledFile file { kAlice, 1, StalledFile::Fault::HoldsMmapLock };
    const Segment segment { kPage, 0666 };
    Shared<std::atomic<pid_t>> number;
    Actor process { kAlice, [&] { return detach_stalled(file, 0, segment, *number); } };
    wait_until([&] { return is_stuck_in_shmdt(*number); });
    process.signal(SIGKILL);
    process.join_killed(SIGKILL);
    EXPECT_EQ(segment.attaches(), 0u);
}

} // namespace
