// SPDX-License-Identifier: GPL-2.0
/*
 * Signals and sleepers in semop(2).  Unlike those of message queues, the call is never restarted:
 * anything that makes a sleeper handle signals ends its wait with EINTR.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>

namespace {

volatile std::sig_atomic_t handled = 0;

void handle(int number, int flags)
{
    struct sigaction action { };
    action.sa_handler = [](int) { handled = handled + 1; };
    action.sa_flags = flags;
    REQUIRE_EQ(sigaction(number, &action, nullptr), 0);
}

// The ways to sleep in a set of the values 0 and 1, so that every rule can be tried on each.
struct Sleep {
    const char* who;
    Operations operations;
    Operations release; // the operations that let that sleeper succeed
};

const Sleep kSleeps[] = {
    { "decrease", { down(0) }, { up(0) } },
    { "wait_for_zero", { zero(1) }, { down(1) } },
    { "array", { down(0), up(1) }, { up(0) } },
    { "array_of_zeros", { zero(0), zero(1) }, { down(1) } },
    { "decrease_with_undo", { undone(down(0)) }, { up(0) } },
};

const Values kValues { 0, 1 };

Actor armed_sleeper(const SemSet& set, const Sleep& sleep, void (*arm)())
{
    Actor sleeper { [&set, &sleep, arm] {
        arm();
        return set.operate(sleep.operations);
    } };
    sleeper.wait_asleep_in(sysv::kSemopNumber);
    return sleeper;
}

// A call that was interrupted has done nothing and waits no more.
void expect_no_trace(const SemSet& set)
{
    EXPECT_EQ(set.text(), "0 1");
    for (const int number : { 0, 1 }) {
        EXPECT_EQ(set.waiting_for_increase(number), 0);
        EXPECT_EQ(set.waiting_for_zero(number), 0);
        EXPECT_EQ(set.last_pid(number), getpid());
    }
}

void handler_gives_eintr(const Sleep& sleep, void (*arm)())
{
    const SemSet set { kValues };
    auto sleeper = armed_sleeper(set, sleep, arm);
    sleeper.signal(SIGUSR1);
    EXPECT_ERR(sleeper.join(), EINTR);
    expect_no_trace(set);
}

void stays_asleep_through(const Sleep& sleep, void (*arm)(), int number)
{
    const SemSet set { kValues };
    auto sleeper = armed_sleeper(set, sleep, arm);
    sleeper.signal(number);
    sleeper.wait_asleep_in(sysv::kSemopNumber);
    REQUIRE_OK(set.operate(sleep.release));
    EXPECT_EQ(sleeper.join(), Outcome::raw(0));
}

const struct {
    const char* name; // after the sleeper's
    void (*rule)(const Sleep&);
} kRules[] = {
    { "is_interrupted_by_a_handler",
      [](const Sleep& sleep) { handler_gives_eintr(sleep, [] { handle(SIGUSR1, 0); }); } },

    { "is_interrupted_by_a_handler_even_with_sa_restart",
      [](const Sleep& sleep) { handler_gives_eintr(sleep, [] { handle(SIGUSR1, SA_RESTART); }); } },

    { "sleeps_through_an_ignored_signal",
      [](const Sleep& sleep) {
          stays_asleep_through(
              sleep, [] { signal(SIGUSR1, SIG_IGN); }, SIGUSR1);
      } },

    { "sleeps_through_a_signal_ignored_by_default",
      [](const Sleep& sleep) {
          stays_asleep_through(
              sleep, [] {}, SIGURG);
      } },

    { "sleeps_through_a_blocked_signal",
      [](const Sleep& sleep) {
          stays_asleep_through(
              sleep,
              [] {
                  handle(SIGUSR1, 0);
                  sigset_t set;
                  sigemptyset(&set);
                  sigaddset(&set, SIGUSR1);
                  REQUIRE_EQ(sigprocmask(SIG_BLOCK, &set, nullptr), 0);
              },
              SIGUSR1);
      } },

    { "is_interrupted_by_stop_and_continue",
      [](const Sleep& sleep) {
          const SemSet set { kValues };
          auto sleeper = armed_sleeper(set, sleep, [] {});
          sleeper.signal(SIGSTOP);
          sleeper.wait_stopped();
          sleeper.signal(SIGCONT);
          EXPECT_ERR(sleeper.join(), EINTR);
          expect_no_trace(set);
      } },

    { "is_interrupted_when_a_tracer_stops_it",
      [](const Sleep& sleep) {
          const SemSet set { kValues };
          auto sleeper = armed_sleeper(set, sleep, [] {});
          REQUIRE_EQ(ptrace(PTRACE_SEIZE, sleeper.pid(), nullptr, nullptr), 0);
          REQUIRE_EQ(ptrace(PTRACE_INTERRUPT, sleeper.pid(), nullptr, nullptr), 0);
          int status = 0;
          REQUIRE_EQ(waitpid(sleeper.pid(), &status, __WALL), sleeper.pid());
          EXPECT(WIFSTOPPED(status));
          REQUIRE_EQ(ptrace(PTRACE_DETACH, sleeper.pid(), nullptr, nullptr), 0);
          EXPECT_ERR(sleeper.join(), EINTR);
          expect_no_trace(set);
      } },

    { "can_be_interrupted_and_called_again_and_again",
      [](const Sleep& sleep) {
          const SemSet set { kValues };
          Actor sleeper { [&] {
              handle(SIGUSR1, 0);
              Outcome outcome = Outcome::raw(0);
              while ((outcome = set.operate(sleep.operations)).failed_with(EINTR))
                  ;
              return outcome;
          } };
          for (int i = 0; i < 20; ++i) {
              sleeper.wait_asleep_in(sysv::kSemopNumber);
              sleeper.signal(SIGUSR1);
          }
          sleeper.wait_asleep_in(sysv::kSemopNumber);
          REQUIRE_OK(set.operate(sleep.release));
          EXPECT_OK(sleeper.join());
      } },
};

const bool kRulesRegistered = [] {
    for (const Sleep& sleep : kSleeps)
        for (const auto& entry : kRules)
            harness::Registration { std::string { "a_sleeping_" } + sleep.who + '_' + entry.name,
                                    [&sleep, &entry] { entry.rule(sleep); } };
    return true;
}();

TEST(a_sleeper_is_ended_by_an_alarm)
{
    const SemSet set;
    EXPECT_ERR(Actor([&] {
                   handle(SIGALRM, SA_RESTART);
                   itimerval timer {};
                   timer.it_value.tv_usec = 1000;
                   timer.it_interval.tv_usec = 1000; // one may arrive before the call sleeps
                   REQUIRE_EQ(setitimer(ITIMER_REAL, &timer, nullptr), 0);
                   return set.operate({ down() });
               }).join(),
               EINTR);
}

TEST(a_stopped_sleeper_is_no_longer_served)
{
    const SemSet set;
    auto stopped = sleeper_in(set, { down() });
    stopped.signal(SIGSTOP);
    stopped.wait_stopped();
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_EQ(set.value(), 1);
    stopped.signal(SIGCONT);
    EXPECT_ERR(stopped.join(), EINTR);
    EXPECT_EQ(set.value(), 1);
}

TEST(a_stopped_sleeper_whose_set_is_removed_gets_eintr)
{
    SemSet set;
    auto stopped = sleeper_in(set, { down() });
    stopped.signal(SIGSTOP);
    stopped.wait_stopped();
    REQUIRE_OK(set.remove());
    stopped.signal(SIGCONT);
    EXPECT_ERR(stopped.join(), EINTR);
}

TEST(operations_that_need_not_wait_are_not_interrupted)
{
    const SemSet set { 2 };
    EXPECT_OK(Actor([&] {
                  handle(SIGALRM, 0);
                  itimerval timer {};
                  timer.it_value.tv_usec = 2000;
                  timer.it_interval.tv_usec = 2000;
                  REQUIRE_EQ(setitimer(ITIMER_REAL, &timer, nullptr), 0);
                  for (int i = 0; i < 3000; ++i) {
                      REQUIRE_OK(set.operate({ up(0), up(1) }));
                      REQUIRE_OK(set.operate({ down(0) }));
                      REQUIRE_OK(set.operate({ down(1) }));
                  }
                  return Outcome::raw(handled);
              }).join());
}

TEST(no_token_is_lost_or_doubled_in_a_storm_of_signals)
{
    // Two pass tokens back and forth, sleeping often; a call that fails with EINTR must have done
    // nothing, one that succeeds must have done it once.
    constexpr int kRounds = 2000;
    const SemSet set { 2 };
    const Shared<std::atomic<int>> ready;
    const auto persist = [&](sembuf one) {
        auto outcome = set.operate({ one });
        while (outcome.failed_with(EINTR))
            outcome = set.operate({ one });
        REQUIRE_OK(outcome);
    };
    const auto player = [&](int take, int give) {
        return [&, take, give] {
            handle(SIGUSR1, 0);
            ++*ready;
            for (int i = 0; i < kRounds; ++i) {
                persist(down(take));
                persist(up(give));
            }
            return Outcome::raw(handled);
        };
    };
    Actor first { player(0, 1) };
    Actor second { player(1, 0) };
    wait_until([&] { return *ready == 2; });
    REQUIRE_OK(set.operate({ up(0) }));
    while (first.is_running() && second.is_running()) {
        kill(first.pid(), SIGUSR1);
        kill(second.pid(), SIGUSR1);
        sched_yield();
    }
    EXPECT_OK(first.join());
    EXPECT_OK(second.join());
    EXPECT_EQ(set.text(), "1 0");
}

} // namespace
