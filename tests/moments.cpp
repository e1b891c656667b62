// SPDX-License-Identifier: GPL-2.0
/*
 * moments: calls that are interrupted at every moment by somebody who goes first.
 *
 * Runs where a moment is exact (tests/moment.hpp), on a kernel that can be preempted.  Each test moves
 * a moment through a call from before its beginning to after its end, and shows that it did: what is
 * seen before and what is seen after must both have been seen.
 */
#include "actor.hpp"
#include "facility.hpp"
#include "harness.hpp"
#include "moment.hpp"
#include "next_id.hpp"
#include "queue.hpp"
#include "sem_set.hpp"
#include "shared.hpp"

#include <csignal>
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

// Counts what `play(moment)` gives for moments from 0 on, until it was `last` many times in a row.
std::map<std::string, int> move_through(const std::string& last,
                                        const std::function<std::string(Nanoseconds)>& play)
{
    std::map<std::string, int> seen;
    int in_a_row = 0;
    for (int step = 0; in_a_row < kEnough; ++step) {
        REQUIRE(step < kMostSteps);
        const std::string outcome = play(step * kStep);
        ++seen[outcome];
        in_a_row = outcome == last ? in_a_row + 1 : 0;
    }
    std::ostringstream line;
    line << seen;
    harness::note(line.str());
    return seen;
}

// A call that must wait on a new object, and what makes it possible.
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

// The object that Alice may use is removed, and root gets one of the same id that is nobody else's,
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

// How a sleeper's wait ends, if nobody has ended it before.
enum class End { TimeOut, Signal };

struct Sleep {
    const char* name;
    End end;
    void (*prepare)(const SemSet& set, const Queue& queue);
    // Sleeps, at the longest for this time if it is one of the calls with a time-out.
    Outcome (*sleep)(const SemSet& set, const Queue& queue, timespec longest);
    Outcome (*wake)(const SemSet& set, const Queue& queue);
};

const Sleep kSleeps[] = {
    { "semtimedop", End::TimeOut, [](const SemSet&, const Queue&) {},
      [](const SemSet& set, const Queue&, timespec longest) {
          return set.operate_within({ down() }, longest);
      },
      [](const SemSet& set, const Queue&) { return set.operate({ up() }); } },
    { "semtimedop_of_several", End::TimeOut, [](const SemSet&, const Queue&) {},
      [](const SemSet& set, const Queue&, timespec longest) {
          return set.operate_within({ down(0), down(1) }, longest);
      },
      [](const SemSet& set, const Queue&) {
          return set.operate({ up(0), up(1) });
      } },
    { "semop_and_a_signal", End::Signal, [](const SemSet&, const Queue&) {},
      [](const SemSet& set, const Queue&, timespec) { return set.operate({ down() }); },
      [](const SemSet& set, const Queue&) { return set.operate({ up() }); } },
    { "semop_woken_by_setval_and_a_signal", End::Signal, [](const SemSet&, const Queue&) {},
      [](const SemSet& set, const Queue&, timespec) { return set.operate({ down() }); },
      [](const SemSet& set, const Queue&) { return set.set_value(0, 1); } },
    { "msgrcv_and_a_signal", End::Signal, [](const SemSet&, const Queue&) {},
      [](const SemSet&, const Queue& queue, timespec) { return queue.receive(0, 0, 16).outcome; },
      [](const SemSet&, const Queue& queue) { return queue.send(1, "x"); } },
    { "msgsnd_and_a_signal", End::Signal, [](const SemSet&, const Queue& queue) { queue.fill(); },
      [](const SemSet&, const Queue& queue, timespec) { return queue.send(1, "x", 0); },
      [](const SemSet&, const Queue& queue) { return queue.receive(0, IPC_NOWAIT, 64).outcome; } },
};

void send_alarm_at(Nanoseconds moment)
{
    struct sigaction action { };
    action.sa_handler = [](int) {};
    REQUIRE_EQ(sigaction(SIGALRM, &action, nullptr), 0);
    timer_t timer;
    REQUIRE_EQ(timer_create(CLOCK_MONOTONIC, nullptr, &timer), 0);
    const itimerspec time { .it_interval = {}, .it_value = timespec_of(moment) };
    REQUIRE_EQ(timer_settime(timer, TIMER_ABSTIME, &time, nullptr), 0);
}

// A sleeper whose wait is over goes on, although who was about to wake it waits for somebody in
// between, who has the CPU.
void expect_no_inversion(const Sleep& one)
{
    require_one_cpu();
    constexpr Nanoseconds kAfter = 2 * kMillisecond;
    constexpr Nanoseconds kHogging = 6 * kMillisecond;
    constexpr Nanoseconds kLate = 1 * kMillisecond;
    const Shared<Nanoseconds> start;

    const auto seen = move_through("woken", [&](Nanoseconds moment) {
        const SemSet set { 2 };
        const Queue queue;
        one.prepare(set, queue);
        const SemSet spare_set { 2 };
        const Queue spare_queue;
        one.prepare(spare_set, spare_queue);
        *start = now() + kLead;
        Actor sleeper { [&] {
            go_first(50);
            const Nanoseconds due = *start + kAfter;
            if (one.end == End::Signal)
                send_alarm_at(due);
            const timespec longest = timespec_of(due - now());
            const Outcome outcome = one.sleep(set, queue, longest);
            const bool is_late = now() > due + kLate;
            if (is_late)
                return Outcome::failure(ETIME);
            return outcome.ok() ? Outcome::raw(0) : outcome;
        } };
        Actor hog { [&] {
            go_first(40);
            sleep_until(*start + moment);
            spin_until(now() + kHogging);
            return Outcome::raw(0);
        } };
        Actor waker { [&] {
            go_first(10); // before all that is not of this test
            EXPECT_OK(one.wake(spare_set, spare_queue)); // it has its memory now
            await(*start);
            return one.wake(set, queue);
        } };
        REQUIRE_OK(waker.join());
        REQUIRE_OK(hog.join());
        const Outcome outcome = sleeper.join();
        if (outcome.failed_with(ETIME))
            return "late";
        EXPECT(outcome.ok() || outcome.failed_with(one.end == End::Signal ? EINTR : EAGAIN));
        return outcome.ok() ? "woken" : "not woken";
    });
    EXPECT(!seen.contains("late"));
    EXPECT(seen.contains("not woken"));
}

const bool kRegistered = [] {
    for (const WaitingCall& call : kWaitingCalls)
        harness::Registration { std::string { "no_other_object_is_used_by_" } + call.name,
                                [&call] { expect_no_other_object(call); } };
    for (const Sleep& sleep : kSleeps)
        harness::Registration { std::string { "nobody_in_between_delays_the_end_of_" } + sleep.name,
                                [&sleep] { expect_no_inversion(sleep); } };
    return true;
}();

} // namespace
