// SPDX-License-Identifier: GPL-2.0
/*
 * Several processes create, find and remove sets at once, on all CPUs, while others operate on them
 * and exit with adjustments to be undone.  All runs are bounded by counts.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_sem.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <list>
#include <sched.h>

namespace {

const int kRounds = harness::affordable(200);

// Actors that play round after round with the director: all start a round at once, and the next
// one begins when all have ended this one.
class Rounds {
public:
    using Part = std::function<void(int id)>;

    explicit Rounds(std::initializer_list<Part> parts)
        : parties_ { static_cast<int>(parts.size()) + 1 }
    {
        for (const Part& part : parts)
            actors_.emplace_back([this, part] {
                for (int round = 0; round < kRounds; ++round) {
                    stage_->start.meet(parties_);
                    part(stage_->id);
                    stage_->end.meet(parties_);
                }
                return Outcome::raw(0);
            });
    }

    // One round on the object of this id, with the director's concurrent call.
    void play(int id, const std::function<void()>& meanwhile)
    {
        stage_->id = id;
        stage_->start.meet(parties_);
        meanwhile();
        stage_->end.meet(parties_);
    }
    void finish()
    {
        for (auto& actor : actors_)
            EXPECT_OK(actor.join());
    }

private:
    struct Stage {
        Rendezvous start;
        Rendezvous end;
        std::atomic<int> id;
    };
    int parties_;
    Shared<Stage> stage_;
    std::list<Actor> actors_;
};

// Repeats `call` until it fails, which must be because the set was removed.
Rounds::Part until_removed(Operations operations, Operations back = {})
{
    return [operations, back](int id) {
        Outcome outcome = Outcome::raw(0);
        while (outcome.ok()) {
            outcome = operate(id, operations);
            if (outcome.ok() && !back.empty())
                outcome = operate(id, back);
        }
        if (!outcome.failed_with(EIDRM))
            EXPECT_ERR(outcome, EINVAL);
    };
}

void remove_in_all_rounds(Rounds& rounds, const Values& values)
{
    const auto before = sem_info(SEM_INFO);
    for (int round = 0; round < kRounds; ++round) {
        SemSet set { values };
        rounds.play(set.id(), [&] {
            for (int i = 0; i < round % 7; ++i)
                sched_yield();
            EXPECT_OK(set.remove());
        });
    }
    rounds.finish();
    const auto after = sem_info(SEM_INFO);
    EXPECT_EQ(after.semusz, before.semusz);
    EXPECT_EQ(after.semaem, before.semaem);
}

TEST(removal_under_single_operations_ends_every_call_with_eidrm_or_einval)
{
    Rounds rounds { until_removed({ down(0) }), until_removed({ up(0) }, { down(1) }),
                    until_removed({ up(1) }, { zero(1) }), until_removed({ zero(2) }) };
    remove_in_all_rounds(rounds, { 0, 0, 0 });
}

TEST(removal_under_arrays_ends_every_call_with_eidrm_or_einval)
{
    Rounds rounds { until_removed({ down(0), up(1) }), until_removed({ down(1), up(0) }),
                    until_removed({ zero(0), zero(1) }), until_removed({ down(2) }) };
    remove_in_all_rounds(rounds, { 1, 0, 0 });
}

TEST(removal_under_undo_operations_ends_every_call_with_eidrm_or_einval)
{
    Rounds rounds { until_removed({ undone(down(0)) }, { undone(up(0)) }),
                    until_removed({ undone(down(0)) }, { undone(up(0)) }),
                    until_removed({ undone(down(0)), undone(up(1)) },
                                  { undone(up(0)), undone(down(1)) }) };
    remove_in_all_rounds(rounds, { 2, 0 });
}

TEST(removal_under_semctl_ends_every_call_with_eidrm_or_einval)
{
    const auto control = [](int command, unsigned long argument) -> Rounds::Part {
        return [=](int id) {
            Outcome outcome = Outcome::raw(0);
            while (outcome.ok())
                outcome = sysv::semctl(id, 0, command, argument);
            if (!outcome.failed_with(EIDRM))
                EXPECT_ERR(outcome, EINVAL);
        };
    };
    unsigned short values[300] {};
    const auto all = reinterpret_cast<unsigned long>(values);
    Rounds rounds { control(SETALL, all), control(GETALL, all), control(SETVAL, 1) };
    remove_in_all_rounds(rounds, Values(300, 0));
}

TEST(removal_during_exits_with_adjustments_is_safe)
{
    const Rounds::Part end_with_undo = [](int id) {
        Actor holder { [id] {
            const auto outcome = operate(id, { undone(up(0)), undone(up(2)) });
            if (!outcome.ok() && !outcome.failed_with(EIDRM))
                EXPECT_ERR(outcome, EINVAL);
            return Outcome::raw(0);
        } };
        EXPECT_OK(holder.join());
    };
    Rounds rounds { end_with_undo, end_with_undo };
    remove_in_all_rounds(rounds, { 0, 0, 0 });
}

TEST(removal_during_unshare_with_adjustments_is_safe)
{
    const Rounds::Part let_go = [](int id) {
        for (int i = 0; i < 5; ++i) {
            (void)operate(id, { undone(up(i % 3)) });
            REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
        }
    };
    Rounds rounds { let_go, let_go };
    remove_in_all_rounds(rounds, { 0, 0, 0 });
}

TEST(exactly_one_of_several_removers_of_a_set_succeeds)
{
    const Shared<std::atomic<int>> successes;
    const Rounds::Part remover = [&](int id) {
        const auto outcome = sysv::semctl(id, 0, IPC_RMID);
        if (outcome.ok())
            ++*successes;
        else
            EXPECT_ERR(outcome, EINVAL);
    };
    Rounds rounds { remover, remover, remover };
    for (int round = 0; round < kRounds; ++round) {
        *successes = 0;
        rounds.play(static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600))), [] {});
        REQUIRE_EQ(successes->load(), 1);
    }
    rounds.finish();
}

// Several processes request one free key at once; returns the numbers of successes and of different ids.
void create_together(int flags, const std::function<void(std::vector<long>)>& judge)
{
    constexpr int kCreators = 3;
    struct Results {
        std::atomic<int> count;
        long outcomes[kCreators];
    };
    const Shared<Results> results;
    const key_t key = unused_set_key();
    const Rounds::Part creator = [&](int) {
        results->outcomes[results->count++] = sysv::semget(key, 3, flags | 0600).as_raw();
    };
    Rounds rounds { creator, creator, creator };
    for (int round = 0; round < kRounds; ++round) {
        results->count = 0;
        rounds.play(0, [] {});
        judge({ results->outcomes, results->outcomes + kCreators });
        REQUIRE_OK(
            sysv::semctl(static_cast<int>(REQUIRE_OK(sysv::semget(key, 0, 0))), 0, IPC_RMID));
    }
    rounds.finish();
}

TEST(creators_of_one_key_at_once_get_one_set)
{
    create_together(IPC_CREAT, [](std::vector<long> outcomes) {
        REQUIRE(outcomes[0] >= 0);
        REQUIRE(std::ranges::count(outcomes, outcomes[0]) == 3);
    });
}

TEST(exclusive_creators_of_one_key_at_once_make_one_set)
{
    create_together(IPC_CREAT | IPC_EXCL, [](std::vector<long> outcomes) {
        REQUIRE_EQ(std::ranges::count(outcomes, -EEXIST), 2);
    });
}

TEST(a_storm_of_sets_leaves_nothing_behind)
{
    const auto before = sem_info(SEM_INFO);
    std::list<Actor> actors;
    for (int i = 0; i < 3; ++i)
        actors.emplace_back([i] {
            for (int round = 0; round < 400; ++round) {
                const SemSet set { 1 + (round + i) % 40 };
                REQUIRE_OK(set.operate({ undone(up()) }));
                REQUIRE_EQ(set.value(), 1);
            }
            return Outcome::raw(0);
        });
    for (auto& actor : actors)
        EXPECT_OK(actor.join());
    const auto after = sem_info(SEM_INFO);
    EXPECT_EQ(after.semusz, before.semusz);
    EXPECT_EQ(after.semaem, before.semaem);
}

TEST(statistics_read_in_a_storm_are_never_torn)
{
    const SemSet kept { Values { 1, 2, 3 } };
    Actor storm { [] {
        for (int round = 0; round < 400; ++round)
            (void)SemSet { 1 + round % 3 };
        return Outcome::raw(0);
    } };
    while (storm.is_running()) {
        REQUIRE(find_set_row(kept.id()).has_value());
        for (int index = 0; index < 70; ++index) {
            sysv::SetStat stat {};
            const auto outcome = sysv::semctl(index, 0, SEM_STAT, &stat);
            if (outcome.ok())
                REQUIRE_EQ(stat.perm.seq, sysv::sequence_of(static_cast<int>(outcome.value())));
            else if (!outcome.failed_with(EIDRM))
                REQUIRE_ERR(outcome, EINVAL);
        }
    }
    EXPECT_OK(storm.join());
    EXPECT_EQ(kept.text(), "1 2 3");
}

} // namespace
