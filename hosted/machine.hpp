// SPDX-License-Identifier: GPL-2.0
/*
 * machine: what the hosted kapi needs to run tasks.  native/ runs them as threads at the same
 * time; explorer/ runs one at a time and owns every switch between them.  A program links one of the two.
 *
 * All other sleeping and locking in hosted/ is built on wait_on() and wake_on(), a futex.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

struct kapi_task;

namespace hosted::machine {

constexpr std::int64_t kNever = INT64_MAX;

kapi_task* current() noexcept;
/* The current thread continues as @task; returns its previous task. */
kapi_task* act_as(kapi_task* task) noexcept;
/* Starts @task in @run(@data).  False: no resources. */
bool start(kapi_task& task, void (*run)(void*), void* data) noexcept;
/* Waits until @task's function has returned. */
void join(kapi_task& task) noexcept;

/*
 * Sleeps while *@word is @value, until wake_on() or until @deadline (ns of now()); may return early.
 * False: the deadline has passed.
 */
bool wait_on(unsigned* word, unsigned value, std::int64_t deadline = kNever) noexcept;
void wake_on(unsigned* word) noexcept; /* all sleepers */

/*
 * Another task may run now: called before each operation on @object that others can observe.  Operations
 * that do not change it, in the sense that their order among each other does not matter, say so.
 */
void may_switch(const void* object, bool changes = true) noexcept;
/* The caller waits for another task, without saying which. */
void give_way() noexcept;

/*
 * A store that publishes @object, and whether a task that reads may still find the previous value: on a
 * machine whose stores pass each other, until something orders them.
 */
void note_publication(const void* object) noexcept;
bool may_miss_publication(const void* object) noexcept;
/* The current task has met it under a lock that orders: it does not miss it any more. */
void note_publication_seen(const void* object) noexcept;
/* Orders everything before it before everything after it, for all tasks. */
void full_barrier() noexcept;

/* For detectors of data races: all that happened before leave(x) also happened before a later enter(x). */
void leave(const void* object) noexcept;
void enter(const void* object) noexcept;
/* Accesses of code that detectors cannot see. */
void note_read(const void* memory, std::size_t size) noexcept;
void note_write(const void* memory, std::size_t size) noexcept;

/*
 * Between begin and end the caller may read a value while another task writes it, because it checks for
 * this afterwards.
 */
void doubtful_reads_begin() noexcept;
void doubtful_reads_end() noexcept;

/* Monotonic, in ns.  sleep_until() returns when it is @deadline. */
std::int64_t now() noexcept;
void sleep_until(std::int64_t deadline) noexcept;
/* Advances the clock by @nanoseconds. */
void advance(std::int64_t nanoseconds) noexcept;

/* The heap of the code under test. */
void* allocate(std::size_t size) noexcept;
void release(void* memory) noexcept;
/* For objects whose addresses identify them: the explorer's heap returns the same addresses in each run. */
template <class T, class... Args>
T* make(Args&&... args) noexcept
{
    return new (allocate(sizeof(T))) T { std::forward<Args>(args)... };
}
template <class T>
void destroy(T* object) noexcept
{
    object->~T();
    release(object);
}

} // namespace hosted::machine
