// SPDX-License-Identifier: GPL-2.0
/*
 * Moments: which process runs when, on one CPU whose clock counts instructions (qemu/run
 * --instruction-clock).
 *
 * A process of higher priority that sleeps until a moment interrupts the running task, even in
 * the middle of a system call, if the kernel can be preempted there.  If the moment is advanced
 * step by step, it visits every place in a call that takes longer than a step.
 */
#pragma once

#include "lib/harness.hpp"

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <sched.h>
#include <unistd.h>

namespace moment {

using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kMicrosecond = 1000;
inline constexpr Nanoseconds kMillisecond = 1000 * kMicrosecond;

inline Nanoseconds now()
{
    timespec time {};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return Nanoseconds { time.tv_sec } * 1000 * kMillisecond + time.tv_nsec;
}

constexpr timespec timespec_of(Nanoseconds duration)
{
    constexpr Nanoseconds kSecond = 1000 * kMillisecond;
    return { .tv_sec = static_cast<time_t>(duration / kSecond),
             .tv_nsec = static_cast<long>(duration % kSecond) };
}

inline void sleep_until(Nanoseconds moment)
{
    const timespec time = timespec_of(moment);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) { }
}

inline void spin_until(Nanoseconds moment)
{
    while (now() < moment) { }
}

// Exact where no other task runs.
inline void await(Nanoseconds moment)
{
    constexpr Nanoseconds kWakeUp = 200 * kMicrosecond;
    REQUIRE(now() < moment - kWakeUp);
    sleep_until(moment - kWakeUp);
    REQUIRE(now() < moment);
    spin_until(moment);
}

// Gives this process, but not its children, a real-time priority.
inline void go_first(int priority)
{
    const sched_param parameters { .sched_priority = priority };
    REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters), 0);
}

// Skips a test that needs all processes on one CPU, in virtual time.
inline void require_one_cpu()
{
    if (sysconf(_SC_NPROCESSORS_ONLN) != 1)
        harness::skip("there is more than one CPU");
}

} // namespace moment
