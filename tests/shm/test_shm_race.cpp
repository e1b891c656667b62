// SPDX-License-Identifier: GPL-2.0
/*
 * Several processes and threads attach, detach, fork, remove and unmap at once.  All runs are
 * bounded by counts; the attach counts must be exact at their end.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <atomic>
#include <list>
#include <sched.h>
#include <sys/mman.h>
#include <thread>

namespace {

const int kRounds = harness::affordable(400);

char* attach(int id, int flags = 0)
{
    const auto got = sysv::shmat(id, nullptr, flags);
    return got.ok() ? reinterpret_cast<char*>(got.value()) : nullptr;
}

TEST(attachments_of_two_processes_are_counted_exactly)
{
    const Segment segment { 4 * kPage };
    std::list<Actor> actors;
    for (int i = 0; i < 2; ++i)
        actors.emplace_back([&] {
            for (int round = 0; round < 4 * kRounds; ++round) {
                char* data = attach(segment.id(), round % 3 ? 0 : SHM_RDONLY);
                REQUIRE(data);
                EXPECT_OK(sysv::shmdt(data));
            }
            return Outcome::raw(0);
        });
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(forks_and_exits_are_counted_exactly)
{
    const Segment segment;
    const Attachment attachment { segment };
    std::list<Actor> actors;
    for (int i = 0; i < 2; ++i)
        actors.emplace_back([&] {
            for (int round = 0; round < kRounds / 4; ++round)
                in_a_process([&] { attachment[0] = 'x'; });
            return Outcome::raw(0);
        });
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_EQ(segment.attaches(), 1u);
}

// An attachment to a segment that is being removed works on that segment, or fails.
TEST(attaching_against_removal_works_or_fails_cleanly)
{
    const auto before = shm_usage();
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        std::atomic<int> id;
        std::atomic<int> attached;
    };
    const Shared<Stage> stage;
    std::list<Actor> actors;
    for (int i = 0; i < 2; ++i)
        actors.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round) {
                stage->start.meet(3);
                const auto got = sysv::shmat(stage->id, nullptr, 0);
                if (got.ok()) {
                    auto* data = reinterpret_cast<volatile char*>(got.value());
                    EXPECT_EQ(data[0], static_cast<char>(round));
                    EXPECT_OK(sysv::shmdt(const_cast<char*>(data)));
                    ++stage->attached;
                } else if (!got.failed_with(EIDRM)) {
                    EXPECT_ERR(got, EINVAL);
                }
                stage->end.meet(3);
            }
            return Outcome::raw(0);
        });
    for (int round = 0; round < kRounds; ++round) {
        Segment segment;
        Attachment { segment }[0] = static_cast<char>(round);
        stage->id = segment.id();
        stage->start.meet(3);
        for (int i = 0; i < round % 5; ++i)
            sched_yield();
        EXPECT_OK(segment.mark());
        stage->end.meet(3);
        EXPECT(!segment_exists(segment.id()));
        EXPECT_ERR(segment.remove(), EINVAL);
    }
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    harness::note(std::to_string(stage->attached) + " of " + std::to_string(2 * kRounds)
                  + " attached");
    EXPECT_EQ(shm_usage().used_ids, before.used_ids);
    EXPECT_EQ(shm_usage().shm_tot, before.shm_tot);
}

TEST(attaching_against_the_last_detachment_of_a_marked_segment_works_or_fails_cleanly)
{
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        std::atomic<int> id;
    };
    const Shared<Stage> stage;
    Actor late { [&] {
        for (int round = 0; round < kRounds; ++round) {
            stage->start.meet(2);
            char* data = attach(stage->id);
            if (data) {
                EXPECT_EQ(data[0], static_cast<char>(round));
                EXPECT_OK(sysv::shmdt(data));
            }
            stage->end.meet(2);
        }
        return Outcome::raw(0);
    } };
    for (int round = 0; round < kRounds; ++round) {
        Segment segment;
        Attachment attachment { segment };
        attachment[0] = static_cast<char>(round);
        stage->id = segment.id();
        REQUIRE_OK(segment.mark());
        stage->start.meet(2);
        EXPECT_OK(attachment.detach());
        stage->end.meet(2);
        EXPECT(!segment_exists(segment.id()));
        EXPECT_ERR(segment.remove(), EINVAL);
    }
    EXPECT_OK(late.join());
}

TEST(one_of_two_removals_of_one_segment_succeeds)
{
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        std::atomic<int> id;
        std::atomic<int> removed;
    };
    const Shared<Stage> stage;
    std::list<Actor> actors;
    for (int i = 0; i < 2; ++i)
        actors.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round) {
                stage->start.meet(3);
                const auto outcome = sysv::shmctl(stage->id, IPC_RMID);
                if (outcome.ok())
                    ++stage->removed;
                else if (!outcome.failed_with(EIDRM))
                    EXPECT_ERR(outcome, EINVAL);
                stage->end.meet(3);
            }
            return Outcome::raw(0);
        });
    for (int round = 0; round < kRounds; ++round) {
        stage->id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
        stage->start.meet(3);
        stage->end.meet(3);
    }
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_EQ(stage->removed, kRounds);
}

TEST(two_threads_detach_the_same_address_and_one_succeeds)
{
    const Segment segment { 4 * kPage };
    std::atomic<char*> data { nullptr };
    std::atomic<int> round { 0 };
    std::atomic<int> detached { 0 };
    std::atomic<int> done { 0 };
    const auto detach = [&] {
        for (int mine = 1; mine <= kRounds; ++mine) {
            while (round < mine)
                sched_yield();
            const auto outcome = sysv::shmdt(data);
            if (outcome.ok())
                ++detached;
            else
                EXPECT_ERR(outcome, EINVAL);
            ++done;
        }
    };
    std::thread first { detach };
    std::thread second { detach };
    for (int now = 1; now <= kRounds; ++now) {
        data = attach(segment.id());
        REQUIRE(data.load());
        if (now % 2)
            REQUIRE_EQ(mprotect(data + kPage, kPage, PROT_READ), 0);
        round = now;
        while (done < 2 * now)
            sched_yield();
        EXPECT_EQ(segment.attaches(), 0u);
    }
    first.join();
    second.join();
    EXPECT_EQ(detached, kRounds);
}

TEST(one_thread_unmaps_a_segment_while_another_detaches_it)
{
    const Segment segment { 8 * kPage };
    std::atomic<char*> data { nullptr };
    std::atomic<int> round { 0 };
    std::atomic<int> done { 0 };
    std::thread unmapper { [&] {
        for (int mine = 1; mine <= kRounds; ++mine) {
            while (round < mine)
                sched_yield();
            EXPECT_EQ(munmap(data + static_cast<std::size_t>(mine % 7) * kPage, kPage), 0);
            done = mine;
        }
    } };
    for (int now = 1; now <= kRounds; ++now) {
        char* mine = attach(segment.id());
        REQUIRE(mine);
        data = mine;
        round = now;
        EXPECT_OK(sysv::shmdt(mine));
        while (done < now)
            sched_yield();
        EXPECT_EQ(segment.attaches(), 0u);
    }
    unmapper.join();
}

TEST(concurrent_creators_of_one_key_get_one_segment)
{
    const key_t key = unused_segment_key();
    const auto before = shm_usage();
    std::list<Actor> actors;
    for (int i = 0; i < 3; ++i)
        actors.emplace_back([&, i] {
            for (int round = 0; round < kRounds; ++round) {
                const auto got = sysv::shmget(key, kPage, IPC_CREAT | 0600);
                REQUIRE_OK(got);
                const int id = static_cast<int>(got.value());
                if (char* data = attach(id)) {
                    data[i] = 'x';
                    EXPECT_OK(sysv::shmdt(data));
                }
                const auto removed = sysv::shmctl(id, IPC_RMID);
                if (!removed.ok() && !removed.failed_with(EIDRM))
                    EXPECT_ERR(removed, EINVAL);
            }
            return Outcome::raw(0);
        });
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    EXPECT_ERR(sysv::shmget(key, 0, 0), ENOENT);
    EXPECT_EQ(shm_usage().used_ids, before.used_ids);
    EXPECT_EQ(shm_usage().shm_tot, before.shm_tot);
}

TEST(statistics_read_in_a_storm_are_never_torn)
{
    const Segment kept { 3 * kPage };
    Actor storm { [] {
        for (int round = 0; round < kRounds; ++round) {
            const Segment segment { static_cast<std::size_t>(1 + round % 3) * kPage };
            const Attachment attachment { segment };
            attachment[0] = 'x';
        }
        return Outcome::raw(0);
    } };
    while (storm.is_running()) {
        REQUIRE(find_segment_row(kept.id()).has_value());
        for (int index = 0; index < 70; ++index) {
            sysv::SegmentStat stat {};
            const auto outcome = sysv::shmctl(index, SHM_STAT, &stat);
            if (outcome.ok()) {
                REQUIRE_EQ(stat.perm.seq, sysv::sequence_of(static_cast<int>(outcome.value())));
                REQUIRE(stat.nattch <= 2); // Linux counts the call that attaches, for a moment
            } else if (!outcome.failed_with(EIDRM)) {
                REQUIRE_ERR(outcome, EINVAL);
            }
        }
        REQUIRE(shm_usage().shm_tot <= 3 + 3 + 3);
    }
    EXPECT_OK(storm.join());
}

} // namespace
