// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on demand: the @n-th allocation from now on fails, or each one with some probability; the same
 * for copies to and from user memory.
 */
#pragma once

namespace hosted {

/* 0: none; 1: the next one; ... */
void fail_allocation(unsigned long n) noexcept;
void fail_user_copy(unsigned long n) noexcept;
/* For the kapi functions that allocate or copy. */
bool is_allocation_to_fail() noexcept;
bool is_copy_to_fail() noexcept;
/* How many there have been since the last fail_allocation(). */
unsigned long allocations_seen() noexcept;

/* Memory that kapi has allocated and not freed. */
long living_allocations() noexcept;
/* Broken invariants and leaks so far: a run with any has failed. */
int defects_seen() noexcept;
void note_defect(const char* what) noexcept;

} // namespace hosted
