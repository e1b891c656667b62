// SPDX-License-Identifier: GPL-2.0
/*
 * Actor: another process that takes part in a test.
 *
 * The body runs in a forked child; join() returns its Outcome.  A failed expectation in the child
 * fails the test.  Whether an actor sleeps in a call is read from /proc, never guessed from a
 * delay.
 */
#pragma once

#include "lib/identity.hpp"
#include "lib/outcome.hpp"

#include <functional>
#include <string>
#include <sys/syscall.h>
#include <sys/types.h>

class Actor {
public:
    using Body = std::function<Outcome()>;

    explicit Actor(const Body& body);
    Actor(const Identity& identity, const Body& body);
    // A process made by clone(2) with these flags; it has memory of its own all the same.
    Actor(unsigned long clone_flags, const Body& body);
    Actor(Actor&& other) noexcept;
    Actor& operator=(Actor&&) = delete;
    ~Actor(); // an actor that was not joined is killed

    pid_t pid() const { return pid_; }

    // Returns when the actor sleeps in the system call `number`; REQUIREs that it is still alive.
    void wait_asleep_in(long number) const;
    void wait_asleep_in_msgrcv() const { wait_asleep_in(SYS_msgrcv); }
    void wait_asleep_in_msgsnd() const { wait_asleep_in(SYS_msgsnd); }

    // How often it has gone to sleep; wait_slept_again() uses it to detect another sleep.
    long sleeps() const;
    void wait_slept_again(long number, long sleeps_before) const;

    void wait_stopped() const;
    void signal(int signal) const;
    bool is_running() const;

    // Waits for the end of the body and returns what it returned.
    Outcome join();
    // Waits for an actor that must die of `signal`.
    void join_killed(int signal);

private:
    pid_t pid_ = -1;
    struct Report;
    Report* report_;
};

// By which number pause() enters the kernel: not every architecture has one for it alone.
#ifdef SYS_pause
inline constexpr long kPauseNumber = SYS_pause;
#else
inline constexpr long kPauseNumber = SYS_ppoll;
#endif

// Plays `body` as `identity` and returns its outcome.
Outcome play(const Identity& identity, const Actor::Body& body);

// Plays `body` in a process of its own, which has ended, and well, when this returns.
void in_a_process(const std::function<void()>& body);

// Yields until `condition` holds.  Only the harness's watchdog ends a wait for a condition that never holds.
void wait_until(const std::function<bool()>& condition);

// Binds this process to one CPU, so that its order of running with others is decided.
void pin_to_cpu(int cpu);

// Real-time FIFO scheduling: processes woken on one CPU then run in the order of their wake-up.
void use_fifo_scheduling();

// State letter of a task ("S", "R", "T" ...), and the number of the call it sleeps in, or -1.
char state_of(pid_t pid);
long sleeping_call_of(pid_t pid);
