// SPDX-License-Identifier: GPL-2.0
/*
 * Inversion: a sleeper, a waker, and a task that interrupts the waker.
 */
#include "moments/inversion.hpp"
#include "lib/actor.hpp"
#include "lib/queue.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <csignal>

namespace inversion {

using namespace moment;

namespace {

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

} // namespace

std::span<const Sleep> sleeps()
{
    return kSleeps;
}

Result play(const Sleep& sleep, Nanoseconds delay)
{
    constexpr Nanoseconds kLead = 20 * kMillisecond; // in which everybody gets ready
    constexpr Nanoseconds kLongest = 2 * kMillisecond; // from the waker's call on
    constexpr Nanoseconds kHogging = 6 * kMillisecond;
    constexpr int kPriority = 50;

    const SemSet set { 2 };
    const Queue queue;
    const SemSet spare_set { 2 };
    const Queue spare_queue;
    sleep.prepare(set, queue);
    sleep.prepare(spare_set, spare_queue);
    const Shared<Nanoseconds> lateness;
    const Nanoseconds start = now() + kLead;

    Actor sleeper { [&] {
        go_first(kPriority);
        const Nanoseconds due = start + kLongest;
        if (sleep.end == End::Signal)
            send_alarm_at(due);
        const Outcome outcome = sleep.sleep(set, queue, timespec_of(due - now()));
        *lateness = std::max(now() - due, Nanoseconds { 0 });
        return outcome.ok() ? Outcome::raw(0) : outcome;
    } };
    Actor hog { [&] {
        go_first(kPriority - 10);
        sleep_until(start + delay);
        spin_until(now() + kHogging);
        return Outcome::raw(0);
    } };
    Actor waker { [&] {
        go_first(kPriority - 20); // before all that is not of this test
        EXPECT_OK(sleep.wake(spare_set, spare_queue)); // it has its memory now
        await(start);
        return sleep.wake(set, queue);
    } };
    REQUIRE_OK(waker.join());
    REQUIRE_OK(hog.join());
    const Outcome outcome = sleeper.join();
    EXPECT(outcome.ok() || outcome.failed_with(sleep.end == End::Signal ? EINTR : EAGAIN));
    return { outcome.ok() ? How::Woken : How::NotWoken, *lateness };
}

} // namespace inversion
