// SPDX-License-Identifier: GPL-2.0
/*
 * Inversion: a sleeper whose wait is over, a waker of low priority, and a task in between that
 * takes the CPU from the waker in the middle of its call.
 */
#pragma once

#include "moments/moment.hpp"
#include "lib/queue.hpp"
#include "lib/sem_set.hpp"

#include <span>

namespace inversion {

// How a sleeper's wait ends if no operation has ended it before.
enum class End { TimeOut, Signal };

struct Sleep {
    const char* name;
    End end;
    void (*prepare)(const SemSet& set, const Queue& queue);
    // Sleeps, at the longest for this time if it is one of the calls with a time-out.
    Outcome (*sleep)(const SemSet& set, const Queue& queue, timespec longest);
    Outcome (*wake)(const SemSet& set, const Queue& queue);
};

std::span<const Sleep> sleeps();

enum class How { Woken, NotWoken };
struct Result {
    How how;
    // How long the sleeper went on sleeping after its wait was over.
    moment::Nanoseconds lateness;
};

// The waker's call begins, and `delay` later another task takes the CPU for longer than the sleeper may
// wait.
Result play(const Sleep& sleep, moment::Nanoseconds delay);

// Longer than a call needs to end, and shorter than the time that the other task has the CPU.
inline constexpr moment::Nanoseconds kLate = 1 * moment::kMillisecond;

} // namespace inversion
