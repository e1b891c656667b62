// SPDX-License-Identifier: GPL-2.0
/*
 * Several processes create, find and remove queues at once, on all CPUs. All runs are bounded by
 * counts, never by time.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <sched.h>

namespace {

TEST(removal_under_traffic_ends_every_call_with_eidrm_or_einval)
{
    sysv::Info before {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &before));
    const int kRounds = harness::affordable(300);
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        std::atomic<int> id;
    };
    const Shared<Stage> stage;
    constexpr int kParties = 5;
    const auto play_rounds = [&](auto call) {
        return [&stage, kRounds, call] {
            for (int round = 0; round < kRounds; ++round) {
                stage->start.meet(kParties);
                const int id = stage->id;
                Outcome outcome = Outcome::raw(0);
                while (outcome.ok())
                    outcome = call(id);
                if (!outcome.failed_with(EIDRM))
                    EXPECT_ERR(outcome, EINVAL);
                stage->end.meet(kParties);
            }
            return Outcome::raw(0);
        };
    };
    std::list<Actor> actors;
    for (int i = 0; i < 2; ++i) {
        actors.emplace_back(play_rounds([](int id) { return send(id, 1, "12345678", 0); }));
        actors.emplace_back(play_rounds([](int id) { return receive(id, 0, 0).outcome; }));
    }
    for (int round = 0; round < kRounds; ++round) {
        Queue queue;
        REQUIRE_OK(queue.set_qbytes(24));
        stage->id = queue.id();
        stage->start.meet(kParties);
        for (int i = 0; i < round % 7; ++i)
            sched_yield();
        EXPECT_OK(queue.remove());
        stage->end.meet(kParties);
    }
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    sysv::Info after {};
    REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &after));
    EXPECT_EQ(after.msgmap, before.msgmap);
    EXPECT_EQ(after.msgtql, before.msgtql);
}

TEST(exactly_one_of_several_removers_succeeds)
{
    const int kRounds = harness::affordable(500);
    constexpr int kRemovers = 3;
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        std::atomic<int> id;
        std::atomic<int> successes;
    };
    const Shared<Stage> stage;
    std::list<Actor> actors;
    for (int i = 0; i < kRemovers; ++i)
        actors.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round) {
                stage->start.meet(kRemovers + 1);
                const auto outcome = sysv::msgctl(stage->id, IPC_RMID, nullptr);
                if (outcome.ok())
                    ++stage->successes;
                else
                    EXPECT_ERR(outcome, EINVAL);
                stage->end.meet(kRemovers + 1);
            }
            return Outcome::raw(0);
        });
    for (int round = 0; round < kRounds; ++round) {
        stage->id = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
        stage->successes = 0;
        stage->start.meet(kRemovers + 1);
        stage->end.meet(kRemovers + 1);
        EXPECT_EQ(stage->successes.load(), 1);
    }
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
}

// Several processes ask for one free key at the same moment; returns how often each id was given.
void create_together(int flags, const std::function<void(const std::vector<Outcome>&)>& judge)
{
    const int kRounds = harness::affordable(500);
    constexpr int kCreators = 3;
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        long outcomes[kCreators];
    };
    const Shared<Stage> stage;
    const key_t key = unused_key();
    std::list<Actor> actors;
    for (int i = 0; i < kCreators; ++i)
        actors.emplace_back([&, i] {
            for (int round = 0; round < kRounds; ++round) {
                stage->start.meet(kCreators + 1);
                stage->outcomes[i] = sysv::msgget(key, flags).as_raw();
                stage->end.meet(kCreators + 1);
            }
            return Outcome::raw(0);
        });
    for (int round = 0; round < kRounds; ++round) {
        stage->start.meet(kCreators + 1);
        stage->end.meet(kCreators + 1);
        std::vector<Outcome> outcomes;
        for (const long outcome : stage->outcomes)
            outcomes.push_back(Outcome::raw(outcome));
        judge(outcomes);
        const long id = REQUIRE_OK(sysv::msgget(key, 0));
        REQUIRE_OK(sysv::msgctl(static_cast<int>(id), IPC_RMID, nullptr));
    }
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
}

TEST(exactly_one_of_several_exclusive_creators_succeeds)
{
    create_together(IPC_CREAT | IPC_EXCL | 0600, [](const std::vector<Outcome>& outcomes) {
        const auto made = std::ranges::count_if(outcomes, [](Outcome one) { return one.ok(); });
        const auto refused = std::ranges::count(outcomes, Outcome::failure(EEXIST));
        EXPECT_EQ(made, 1);
        EXPECT_EQ(static_cast<std::size_t>(made + refused), outcomes.size());
    });
}

TEST(several_creators_of_one_key_get_the_same_queue)
{
    create_together(IPC_CREAT | 0600, [](const std::vector<Outcome>& outcomes) {
        for (const Outcome outcome : outcomes)
            EXPECT_EQ(outcome, outcomes.front());
        EXPECT_OK(outcomes.front());
    });
}

TEST(a_key_of_a_queue_created_and_removed_meanwhile_gives_a_valid_id_or_none)
{
    const int kRounds = harness::affordable(3000);
    const key_t key = unused_key();
    const Shared<std::atomic<bool>> done;
    std::list<Actor> finders;
    for (int i = 0; i < 2; ++i)
        finders.emplace_back([&] {
            long found = 0;
            while (!*done) {
                const auto got = sysv::msgget(key, 0);
                if (!got.ok()) {
                    EXPECT_ERR(got, ENOENT);
                    continue;
                }
                ++found;
                sysv::QueueStat stat;
                const auto outcome = sysv::msgctl(static_cast<int>(got.value()), IPC_STAT, &stat);
                if (outcome.ok())
                    EXPECT_EQ(stat.perm.key, key);
                else if (!outcome.failed_with(EIDRM))
                    EXPECT_ERR(outcome, EINVAL);
            }
            return Outcome::raw(found);
        });
    for (int round = 0; round < kRounds; ++round)
        const Queue queue { 0600, key };
    *done = true;
    for (auto& finder : finders)
        EXPECT_OK(finder.join());
}

TEST(ids_allocated_on_all_cpus_at_once_differ)
{
    constexpr int kCreators = 4;
    constexpr int kEach = 200;
    const Shared<std::array<std::array<int, kEach>, kCreators>> ids;
    std::list<Actor> creators;
    for (int i = 0; i < kCreators; ++i)
        creators.emplace_back([&, i] {
            for (int& id : (*ids)[static_cast<std::size_t>(i)])
                id = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
            return Outcome::raw(0);
        });
    for (auto& creator : creators)
        EXPECT_OK(creator.join());
    std::vector<int> all;
    for (const auto& some : *ids)
        all.insert(all.end(), some.begin(), some.end());
    std::ranges::sort(all);
    EXPECT(std::ranges::adjacent_find(all) == all.end());
    for (const int id : all)
        EXPECT_OK(sysv::msgctl(id, IPC_RMID, nullptr));
}

} // namespace
