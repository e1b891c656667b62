// SPDX-License-Identifier: GPL-2.0
/*
 * A table of all calls that copy to or from user memory: the contents of memory before the call,
 * how it is made, and its expected result and effect if it had to wait for that memory.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <span>
#include <string>

namespace stalled_calls {

// The object of the calls; kAlice owns it, root created it.
struct Objects {
    Objects();
    void remove();

    Queue queue;
    SemSet set { 3 };
    Segment segment;
};

struct Call {
    const char* name;
    // The memory before the call; the call may write as many bytes.
    std::string (*contents)();
    Outcome (*make)(const Objects&, char* address);
    // When nothing else happened, and when the objects were removed while the call waited.
    Outcome (*usual)(const Objects&);
    Outcome (*after_removal)(const Objects&);
    // Checks the effect after success.
    void (*check)(const Objects&, const char* address);
};

std::span<const Call> all();

// Two semaphore operations, as they lie in memory.
std::string two_operations();

} // namespace stalled_calls
