// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler: tasks are coroutines, one runs at a time, and a Strategy decides at each point which one
 * runs next.  A point is an operation on an object that several tasks use and one changes, or the end of a
 * task's turn because it sleeps.
 */
#pragma once

#include "clock.hpp"

#include <cstdint>
#include <string>
#include <vector>

struct kapi_task;

namespace hosted::explorer {

class Strategy {
public:
    virtual ~Strategy() = default;
    /*
     * At the @point-th point of a run any of @tasks may run next; the first is the default.
     * @is_free: the task that ran is not among them, so that no choice is a preemption.  Returns an index.
     */
    virtual unsigned choose(unsigned point, const std::vector<unsigned>& tasks,
                            bool is_free) noexcept = 0;
    /* Also at uses of objects that have not been found to be shared. */
    [[nodiscard]] virtual bool is_asked_always() const noexcept { return false; }
};

/* --- a run */

/*
 * Runs @body as task 0, then checks that no task is left.  Between begin_exploring() and
 * end_exploring() the strategy decides; at other times the running task continues.
 */
void run(Strategy& strategy, void (*body)()) noexcept;
void begin_exploring() noexcept;
void end_exploring() noexcept;
/* The choices of the run so far that were not the first, as --schedule= takes them. */
std::string schedule() noexcept;
/* How many operations there have been that could be points. */
unsigned points() noexcept;
/*
 * Runs find out which objects are shared.  Their uses become points only with adopt_shared(), so that the
 * points of one search stay the same.  Returns how many there are.
 */
unsigned adopt_shared() noexcept;
/* How many have been found. */
unsigned shared_objects() noexcept;

/* Ends the program: the run has shown a defect. */
[[noreturn]] void fail(const char* what) noexcept;
/* Called by fail() before it ends the program. */
extern void (*on_failure)(const char* what) noexcept;
/* The function and offset of a place in the program. */
std::string place_name(const void* pc) noexcept;

/* --- for the machine */

unsigned current_number() noexcept;
Clock& current_clock() noexcept;
/* Whether the values that it reads may be changing (machine::doubtful_reads_begin()). */
bool is_doubting() noexcept;
enum class Model {
    Sequential, /* each load sees the last store */
    Tso, /* a store may wait until its task's next full barrier; each task's are seen in order */
    Weak, /* a task that nothing orders after a store may miss it: stores and loads pass each other */
};
void set_model(Model model) noexcept;
/* A store that others may be slow to see. */
void note_store(const void* place) noexcept;
/* Whether the current task misses the last store to @place: the strategy's choice, if it is one. */
bool is_store_missed(const void* place) noexcept;
/* The current task has read or written the current value. */
void note_seen(const void* place) noexcept;
/* Every task with a later barrier sees the current task's stores. */
void pass_barrier() noexcept;
/* Up to which of each task's stores the current task sees. */
Clock& current_sight() noexcept;

/* The current task is about to use @object: others may run before. */
void reach_point(const void* object, bool changes) noexcept;

} // namespace hosted::explorer
