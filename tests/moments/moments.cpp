// SPDX-License-Identifier: GPL-2.0
/*
 * moments: calls that are interrupted at every moment by a process of higher priority.
 *
 * Needs exact moments (moments/moment.hpp), and a preemptible kernel.  Each test moves a moment
 * through a call, from before its beginning to after its end, and shows that it did: it must have
 * observed both the state before the call and the state after it.
 */
#include "lib/actor.hpp"
#include "lib/facility.hpp"
#include "lib/harness.hpp"
#include "moments/inversion.hpp"
#include "moments/moment.hpp"
#include "lib/next_id.hpp"
#include "lib/queue.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <atomic>
#include <csignal>
#include <list>
#include <map>

namespace {

using namespace moment;

constexpr Nanoseconds kStep = 25;
constexpr Nanoseconds kLead = 20 * kMillisecond; // in which everybody gets ready
constexpr int kEnough = 20; // steps after the end of a call
constexpr int kMostSteps = 4000;

std::ostream& operator<<(std::ostream& out, const std::map<std::string, int>& counts)
{
    for (const auto& [what, count] : counts)
        out << what << ' ' << count << "  ";
    return out;
}

// Counts the results of `play(moment)` for moments from 0 on, each a step of this length later, until it was
// `last` many times in a row.
std::map<std::string, int> move_through(const std::string& last,
                                        const std::function<std::string(Nanoseconds)>& play,
                                        Nanoseconds length = kStep)
{
    std::map<std::string, int> seen;
    int in_a_row = 0;
    for (int step = 0; in_a_row < kEnough; ++step) {
        REQUIRE(step < kMostSteps);
        const std::string outcome = play(step * length);
        ++seen[outcome];
        in_a_row = outcome == last ? in_a_row + 1 : 0;
    }
    std::ostringstream line;
    line << seen;
    harness::note(line.str());
    return seen;
}

// A call that must wait on a new object, and the call that ends the wait.
struct WaitingCall {
    const char* name;
    const Facility& facility;
    void (*block)(int id);
    Outcome (*call)(int id);
    void (*unblock)(int id);
};

const Facility& kQueues = kFacilities[0];
const Facility& kSets = kFacilities[1];

void block_set(int) { }

void unblock_set(int id)
{
    REQUIRE_OK(sysv::semctl(id, 0, SETVAL, 1));
}

const WaitingCall kWaitingCalls[] = {
    { "semop", kSets, block_set, [](int id) { return operate(id, { down() }); }, unblock_set },
    { "semop_with_undo", kSets, block_set, [](int id) { return operate(id, { undone(down()) }); },
      unblock_set },
    { "semop_of_several", kSets, block_set,
      [](int id) {
          return operate(id, { down(), up() });
      },
      unblock_set },
    { "semop_of_several_with_undo", kSets, block_set,
      [](int id) {
          return operate(id, { undone(down()), up() });
      },
      unblock_set },
    { "semtimedop", kSets, block_set, [](int id) { return operate_within(id, { down() }, kLong); },
      unblock_set },
    { "msgrcv", kQueues, [](int) {}, [](int id) { return receive(id, 0, 0, 16).outcome; },
      [](int id) { REQUIRE_OK(send(id, 1, "x")); } },
    { "msgsnd", kQueues,
      [](int id) {
          const std::string half(sysv::kDefaultMsgmnb / 2, 'x');
          REQUIRE_OK(send(id, 1, half));
          REQUIRE_OK(send(id, 1, half));
      },
      [](int id) { return send(id, 1, "x", 0); }, [](int) {} },
};

// The object that Alice may use is removed, and root creates one with the same id that only root may use,
// while Alice's call is on its way: she must never touch the new one, nor wait at it.
void expect_no_other_object(const WaitingCall& waiting)
{
    require_one_cpu();
    require_next_id();
    constexpr int kId = 3 * kRow + 5;
    constexpr int kNoId = kId + 1;
    const Facility& facility = waiting.facility;
    const Shared<Nanoseconds> start;
    go_first(50);

    const auto seen = move_through("EIDRM", [&](Nanoseconds moment) {
        want(facility, kId);
        REQUIRE_EQ(facility.make(IPC_PRIVATE, 0666), kId);
        waiting.block(kId);
        *start = now() + kLead;
        Actor alice { [&] {
            go_first(10); // before all that is not of this test
            become(kAlice);
            EXPECT_ERR(waiting.call(kNoId), EINVAL); // it has its memory now
            await(*start);
            return waiting.call(kId);
        } };
        sleep_until(*start + moment);
        REQUIRE_OK(facility.remove(kId));
        want(facility, kId);
        REQUIRE_EQ(facility.make(IPC_PRIVATE, 0600), kId);
        waiting.unblock(kId);
        std::ostringstream outcome;
        outcome << alice.join();
        REQUIRE_OK(facility.remove(kId));
        return outcome.str();
    });
    for (const auto& [outcome, count] : seen)
        EXPECT(outcome == "EACCES" || outcome == "EINVAL" || outcome == "EIDRM");
    EXPECT(seen.contains("EACCES"));
}

// A sleeper whose wait is over continues, although its waker was preempted in between
// and waits for the CPU.
void expect_no_inversion(const inversion::Sleep& sleep)
{
    require_one_cpu();
    const auto seen = move_through("woken", [&](Nanoseconds moment) {
        const inversion::Result result = inversion::play(sleep, moment);
        if (result.lateness > inversion::kLate)
            return "late";
        return result.how == inversion::How::Woken ? "woken" : "not woken";
    });
    EXPECT(!seen.contains("late"));
    EXPECT(seen.contains("not woken"));
}

// A sleeper on several semaphores arrives while one of them is being increased, at every moment of that:
// whichever is first, it finds the increase done or is served by it.  `others`: how many wait for more than
// that, so that the increase meets waiters.
void expect_array_served(int others)
{
    require_one_cpu();
    constexpr Nanoseconds kFineStep = 2; // the race is between a few instructions
    const Shared<std::atomic<bool>> is_increased;
    const auto play = [&](Nanoseconds moment) -> std::string {
        SemSet set { Values { 1, 0 } };
        *is_increased = false;
        std::list<Actor> waiting;
        for (int i = 0; i < others; ++i)
            waiting.emplace_back([&] { return set.operate({ down(1, 2) }); })
                .wait_asleep_in(sysv::kSemopNumber);
        const Nanoseconds start = now() + kLead;
        Actor comer { [&] {
            go_first(50);
            sleep_until(start + moment);
            const bool is_after = *is_increased;
            REQUIRE_OK(set.operate({ down(0), down(1) }));
            return Outcome::raw(is_after);
        } };
        Actor increaser { [&] {
            go_first(10); // before all that is not of this test
            REQUIRE_OK(set.operate({ up(1) })); // it has its memory now
            REQUIRE_OK(set.operate({ down(1) }));
            *is_increased = false;
            await(start);
            const Outcome outcome = set.operate({ up(1) });
            *is_increased = true;
            return outcome;
        } };
        REQUIRE_OK(increaser.join());
        if (set.value(1) != 0) {
            EXPECT_OK(set.remove());
            comer.signal(SIGKILL);
            return "never served";
        }
        const bool is_after = comer.join().value() != 0;
        EXPECT_OK(set.remove());
        for (Actor& other : waiting)
            EXPECT_ERR(other.join(), EIDRM);
        return is_after ? "after it" : "before it";
    };
    const auto seen = move_through("after it", play, kFineStep);
    EXPECT(!seen.contains("never served"));
    EXPECT(seen.contains("before it"));
}

TEST(an_array_that_starts_to_wait_during_an_increase_is_served)
{
    expect_array_served(0);
}

TEST(an_array_that_starts_to_wait_during_an_increase_that_another_waits_for_is_served)
{
    expect_array_served(1);
}

const bool kRegistered = [] {
    for (const WaitingCall& call : kWaitingCalls)
        harness::Registration { std::string { "no_other_object_is_used_by_" } + call.name,
                                [&call] { expect_no_other_object(call); } };
    for (const inversion::Sleep& sleep : inversion::sleeps())
        harness::Registration { std::string { "nobody_in_between_delays_the_end_of_" } + sleep.name,
                                [&sleep] { expect_no_inversion(sleep); } };
    return true;
}();

} // namespace
