// SPDX-License-Identifier: GPL-2.0
/*
 * Signals and sleepers: a handler that runs means EINTR, even with SA_RESTART; anything else
 * (ignored and blocked signals, stop and continue, a tracer) does not disturb the call.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <cstring>
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

// The two ways to sleep in a queue, so that every rule about signals can be tried on both.
struct Sleep {
    const char* who;
    long call;
    Outcome (*enter)(const Queue&); // sleeps in a queue made by `prepare`
    void (*prepare)(const Queue&);
    void (*release)(const Queue&); // lets exactly that sleeper succeed
    long result; // its return value then
};

const Sleep kReceiver {
    "receiver",
    SYS_msgrcv,
    [](const Queue& queue) { return queue.receive(7, 0).outcome; },
    [](const Queue&) {},
    [](const Queue& queue) { REQUIRE_OK(queue.send(7, "text")); },
    4,
};
const Sleep kSender {
    "sender",
    SYS_msgsnd,
    [](const Queue& queue) { return queue.send(7, "text", 0); },
    [](const Queue& queue) { queue.fill(64); },
    [](const Queue& queue) { REQUIRE_OK(queue.receive(1).outcome); },
    0,
};

using Rule = void (*)(const Sleep&);

void handler_gives_eintr(const Sleep& sleep, int flags)
{
    const Queue queue;
    sleep.prepare(queue);
    Actor sleeper { [&] {
        handle(SIGUSR1, flags);
        const auto outcome = sleep.enter(queue);
        EXPECT_EQ(handled, 1);
        return outcome;
    } };
    sleeper.wait_asleep_in(sleep.call);
    const auto before = queue.stat();
    sleeper.signal(SIGUSR1);
    EXPECT_ERR(sleeper.join(), EINTR);
    const auto after = queue.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(before)), 0);
}

void stays_asleep_through(const Sleep& sleep, void (*arm)(), int number)
{
    const Queue queue;
    sleep.prepare(queue);
    Actor sleeper { [&] {
        arm();
        return sleep.enter(queue);
    } };
    sleeper.wait_asleep_in(sleep.call);
    sleeper.signal(number);
    sleeper.wait_asleep_in(sleep.call);
    sleep.release(queue);
    EXPECT_EQ(sleeper.join(), Outcome::raw(sleep.result));
}

void stop_and_continue(const Actor& sleeper)
{
    sleeper.signal(SIGSTOP);
    sleeper.wait_stopped();
    sleeper.signal(SIGCONT);
}

const struct {
    const char* name; // after the sleeper's
    Rule rule;
} kRules[] = {
    { "is_interrupted_by_a_handler", [](const Sleep& sleep) { handler_gives_eintr(sleep, 0); } },

    { "is_interrupted_by_a_handler_even_with_sa_restart",
      [](const Sleep& sleep) { handler_gives_eintr(sleep, SA_RESTART); } },

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

    { "goes_on_after_stop_and_continue",
      [](const Sleep& sleep) {
          const Queue queue;
          sleep.prepare(queue);
          Actor sleeper { [&] { return sleep.enter(queue); } };
          sleeper.wait_asleep_in(sleep.call);
          for (int i = 0; i < 5; ++i) {
              stop_and_continue(sleeper);
              sleeper.wait_asleep_in(sleep.call);
          }
          sleep.release(queue);
          EXPECT_EQ(sleeper.join(), Outcome::raw(sleep.result));
      } },

    { "is_interrupted_when_continued_into_a_handler",
      [](const Sleep& sleep) {
          const Queue queue;
          sleep.prepare(queue);
          Actor sleeper { [&] {
              handle(SIGCONT, SA_RESTART);
              return sleep.enter(queue);
          } };
          sleeper.wait_asleep_in(sleep.call);
          stop_and_continue(sleeper);
          EXPECT_ERR(sleeper.join(), EINTR);
      } },

    { "begins_anew_after_stop_and_finds_the_queue_gone",
      [](const Sleep& sleep) {
          Queue queue;
          sleep.prepare(queue);
          Actor sleeper { [&] { return sleep.enter(queue); } };
          sleeper.wait_asleep_in(sleep.call);
          sleeper.signal(SIGSTOP);
          sleeper.wait_stopped();
          REQUIRE_OK(queue.remove());
          sleeper.signal(SIGCONT);
          EXPECT_ERR(sleeper.join(), EINVAL);
      } },

    { "begins_anew_after_stop_and_finds_its_right_gone",
      [](const Sleep& sleep) {
          const Queue queue { 0606 };
          sleep.prepare(queue);
          Actor sleeper { kAlice, [&] { return sleep.enter(queue); } };
          sleeper.wait_asleep_in(sleep.call);
          sleeper.signal(SIGSTOP);
          sleeper.wait_stopped();
          REQUIRE_OK(queue.set_mode(0600));
          sleeper.signal(SIGCONT);
          EXPECT_ERR(sleeper.join(), EACCES);
      } },

    { "goes_on_after_a_tracer_came_and_went",
      [](const Sleep& sleep) {
          const Queue queue;
          sleep.prepare(queue);
          Actor sleeper { [&] { return sleep.enter(queue); } };
          sleeper.wait_asleep_in(sleep.call);
          REQUIRE_EQ(ptrace(PTRACE_SEIZE, sleeper.pid(), nullptr, nullptr), 0);
          REQUIRE_EQ(ptrace(PTRACE_INTERRUPT, sleeper.pid(), nullptr, nullptr), 0);
          int status = 0;
          REQUIRE_EQ(waitpid(sleeper.pid(), &status, __WALL), sleeper.pid());
          EXPECT(WIFSTOPPED(status));
          REQUIRE_EQ(ptrace(PTRACE_DETACH, sleeper.pid(), nullptr, nullptr), 0);
          sleeper.wait_asleep_in(sleep.call);
          sleep.release(queue);
          EXPECT_EQ(sleeper.join(), Outcome::raw(sleep.result));
      } },

    { "is_ended_by_an_alarm",
      [](const Sleep& sleep) {
          const Queue queue;
          sleep.prepare(queue);
          Actor sleeper { [&] {
              handle(SIGALRM, SA_RESTART);
              itimerval timer {};
              timer.it_value.tv_usec = 1000;
              timer.it_interval.tv_usec = 1000; // one may arrive before the call sleeps
              REQUIRE_EQ(setitimer(ITIMER_REAL, &timer, nullptr), 0);
              return sleep.enter(queue);
          } };
          EXPECT_ERR(sleeper.join(), EINTR);
      } },

    { "can_be_interrupted_and_called_again_and_again",
      [](const Sleep& sleep) {
          const Queue queue;
          sleep.prepare(queue);
          Actor sleeper { [&] {
              handle(SIGUSR1, 0);
              Outcome outcome = Outcome::raw(0);
              while ((outcome = sleep.enter(queue)).failed_with(EINTR))
                  ;
              return outcome;
          } };
          for (int i = 0; i < 20; ++i) {
              sleeper.wait_asleep_in(sleep.call);
              sleeper.signal(SIGUSR1);
          }
          sleeper.wait_asleep_in(sleep.call);
          sleep.release(queue);
          EXPECT_EQ(sleeper.join(), Outcome::raw(sleep.result));
      } },
};

const bool kRulesRegistered = [] {
    for (const Sleep* sleep : { &kReceiver, &kSender })
        for (const auto& entry : kRules)
            harness::Registration { std::string { "a_sleeping_" } + sleep->who + '_' + entry.name,
                                    [sleep, &entry] { entry.rule(*sleep); } };
    return true;
}();

TEST(a_stopped_receiver_does_not_wait_in_the_queue)
{
    const Queue queue;
    Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    receiver.signal(SIGSTOP);
    receiver.wait_stopped();
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_EQ(queue.stat().qnum, 1u);
    EXPECT_EQ(queue.stat().lrpid, 0);
    receiver.signal(SIGCONT);
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_receiver_that_was_stopped_is_queued_last)
{
    const Queue queue;
    Actor first { [&] { return Outcome::raw(queue.receive(0, 0).type); } };
    first.wait_asleep_in_msgrcv();
    Actor second { [&] { return Outcome::raw(queue.receive(0, 0).type); } };
    second.wait_asleep_in_msgrcv();
    stop_and_continue(first);
    first.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(1, "text"));
    REQUIRE_OK(queue.send(2, "text"));
    EXPECT_EQ(second.join(), Outcome::raw(1));
    EXPECT_EQ(first.join(), Outcome::raw(2));
}

TEST(a_stopped_sender_does_not_take_the_room)
{
    const Queue queue;
    queue.fill(64);
    Actor sender { [&] { return queue.send(7, pattern(64), 0); } };
    sender.wait_asleep_in_msgsnd();
    sender.signal(SIGSTOP);
    sender.wait_stopped();
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_EQ(queue.stat().qnum, 0u);
    EXPECT_OK(queue.send(8, pattern(64)));
    sender.signal(SIGCONT);
    sender.wait_asleep_in_msgsnd();
    EXPECT(queue.receive().is(8, pattern(64)));
    EXPECT_OK(sender.join());
}

TEST(an_interrupted_receiver_does_not_get_the_next_message)
{
    const Queue queue;
    Actor receiver { [&] {
        handle(SIGUSR1, 0);
        return queue.receive(0, 0).outcome;
    } };
    receiver.wait_asleep_in_msgrcv();
    receiver.signal(SIGUSR1);
    EXPECT_ERR(receiver.join(), EINTR);
    REQUIRE_OK(queue.send(7, "text"));
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(an_interrupted_sender_does_not_send_later)
{
    const Queue queue;
    queue.fill(64);
    Actor sender { [&] {
        handle(SIGUSR1, 0);
        return queue.send(7, "text", 0);
    } };
    sender.wait_asleep_in_msgsnd();
    sender.signal(SIGUSR1);
    EXPECT_ERR(sender.join(), EINTR);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_ERR(queue.receive().outcome, ENOMSG);
}

TEST(calls_that_need_not_sleep_are_not_interrupted)
{
    const Queue queue;
    Actor busy { [&] {
        handle(SIGALRM, 0);
        itimerval timer {};
        timer.it_value.tv_usec = 2000;
        timer.it_interval.tv_usec = 2000;
        REQUIRE_EQ(setitimer(ITIMER_REAL, &timer, nullptr), 0);
        for (int i = harness::affordable(5000); i > 0; --i) {
            REQUIRE_OK(queue.send(1, "text", 0));
            REQUIRE_OK(queue.receive(0, 0).outcome);
        }
        return Outcome::raw(handled);
    } };
    EXPECT_OK(busy.join());
}

TEST(no_message_is_lost_or_doubled_in_a_storm_of_signals)
{
    // Sender and receiver both sleep often (room for two messages) and are signalled all the time;
    // a call that fails with EINTR must have had no effect, one that succeeds exactly one.
    const long kMessages = harness::affordable(4000);
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(16));
    Actor sender { [&] {
        handle(SIGUSR1, 0);
        for (long i = 1; i <= kMessages; ++i) {
            auto outcome = queue.send(i, "12345678", 0);
            while (outcome.failed_with(EINTR))
                outcome = queue.send(i, "12345678", 0);
            REQUIRE_OK(outcome);
        }
        return Outcome::raw(handled);
    } };
    Actor receiver { [&] {
        handle(SIGUSR1, 0);
        for (long i = 1; i <= kMessages; ++i) {
            auto received = queue.receive(0, 0);
            while (received.outcome.failed_with(EINTR))
                received = queue.receive(0, 0);
            REQUIRE(received.is(i, "12345678"));
        }
        return Outcome::raw(handled);
    } };
    // Signals begin when handlers exist: both have then slept or passed messages on.
    wait_until([&] { return queue.stat().lrpid != 0 || !receiver.is_running(); });
    while (receiver.is_running()) {
        kill(sender.pid(), SIGUSR1);
        kill(receiver.pid(), SIGUSR1);
        sched_yield();
    }
    EXPECT_OK(sender.join());
    EXPECT_OK(receiver.join());
    EXPECT_EQ(queue.stat().qnum, 0u);
}

} // namespace
