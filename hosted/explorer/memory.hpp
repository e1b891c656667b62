// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of the code under test: a heap whose addresses are the same in each run and are not used
 * twice in one, and for each word the last accesses, so that data races and uses after free are found.
 */
#pragma once

#include "clock.hpp"

#include <cstddef>
#include <cstdint>

namespace hosted::explorer {

/* Forgets all accesses and empties the heap. */
void reset_memory() noexcept;

void* allocate(std::size_t size) noexcept;
/* Later accesses fail, and so do earlier ones that did not happen before. */
void release(void* memory, const void* pc) noexcept;
/* For memory that is large, and whose accesses are not checked: tasks' stacks. */
void release_unchecked(void* memory) noexcept;
/* Not all has been freed. */
std::size_t living_bytes() noexcept;

struct Access {
    bool is_write;
    bool is_atomic;
};
void note_access(std::uintptr_t address, std::size_t size, Access access, const void* pc) noexcept;

/* All that happened before leave() also happened before a later enter() of the same address. */
void leave(const void* object) noexcept;
void enter(const void* object) noexcept;
/* Adds to @clock what enter() would add to the current task's clock. */
void join_released(const void* object, Clock& clock) noexcept;
/*
 * The object is about to be overwritten.  Unless @continues, later acquires take nothing from earlier releases
 * there; only enter_former() does, for a task that still reads the old value.
 */
void overwrite(const void* object, bool continues) noexcept;
void enter_former(const void* object) noexcept;

} // namespace hosted::explorer
