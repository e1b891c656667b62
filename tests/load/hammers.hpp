// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that make calls in a loop while the module is loaded and unloaded.
 *
 * Each loop makes its calls once and counts a success.  Without the module all calls fail with
 * ENOSYS; but from the creation of its object to the removal none may be missing.
 */
#pragma once

#include <atomic>

// Shared by the hammering processes and the one that loads and unloads.
struct Storm {
    std::atomic<bool> over;
    std::atomic<bool> without_objects; // hammer on, but create nothing
    std::atomic<long> successes;
};

using Hammer = void(Storm&);

Hammer hammer_without_objects; // these meet the unhooking itself
Hammer hammer_own_queue;
Hammer hammer_shared_queue; // shared by its key; each removes it under the others
Hammer hammer_sleeping;
Hammer hammer_own_set;
Hammer hammer_shared_set;
Hammer hammer_undo; // in a process that ends with adjustments to be made
Hammer hammer_own_segment; // attached here and in a process that ends with it
Hammer hammer_shared_segment;
Hammer hammer_proc;
