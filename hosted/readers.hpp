// SPDX-License-Identifier: GPL-2.0
/* readers: the critical sections of read-copy-update, as the machine implements them. */
#pragma once

namespace hosted::readers {

/* Each thread of the machine. */
void begin_thread() noexcept;
void end_thread() noexcept;

void begin() noexcept; /* nests */
void end() noexcept;
bool is_one() noexcept; /* whether the current task is a reader */
/* Waits for the end of all readers that have begun. */
void wait() noexcept;
/*
 * The current task has just seen the additions of others to @counter.  Its next wait() is a barrier on all
 * CPUs: after that, it also sees all that those tasks had done before their additions.
 */
void note_sum(const void* counter) noexcept;

} // namespace hosted::readers
