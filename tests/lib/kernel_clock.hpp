// SPDX-License-Identifier: GPL-2.0
/*
 * The clock that the kernel uses for the time stamps of IPC objects.
 */
#pragma once

#include "lib/actor.hpp"

#include <cstdint>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

inline std::int64_t kernel_seconds()
{
    // Not through the vDSO, whose copy of the time may lag behind the kernel's own.
#ifdef __LP64__
    constexpr long number = SYS_clock_gettime;
#else
    constexpr long number = SYS_clock_gettime64;
#endif
    timespec now {};
    syscall(number, CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec;
}

// Returns when the clock shows a later second than this.
inline void wait_for_second_after(std::int64_t second)
{
    wait_until([&] { return kernel_seconds() > second; });
}
