// SPDX-License-Identifier: GPL-2.0
/* Semaphore arithmetic.  semop(2); kernel source: ipc/sem.c. */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc {

inline constexpr i32 kMostSemaphoreValue = KAPI_SEMVMX;

/* The result of checking one operation. */
enum class SemVerdict : u8 { Possible, Blocks, OutOfRange };

[[nodiscard]] constexpr SemVerdict judge_change(i32 value, i32 change) noexcept
{
    if (change == 0)
        return value == 0 ? SemVerdict::Possible : SemVerdict::Blocks;
    const i32 after = value + change;
    if (after >= 0 && after <= kMostSemaphoreValue) [[likely]]
        return SemVerdict::Possible;
    return after < 0 ? SemVerdict::Blocks : SemVerdict::OutOfRange;
}

/* A process's adjustment after @change, which restores the semaphore when the process exits. */
[[nodiscard]] constexpr i32 adjustment_after(i32 adjustment, i32 change) noexcept
{
    return adjustment - change;
}
[[nodiscard]] constexpr bool is_adjustment(i32 adjustment) noexcept
{
    return adjustment >= -KAPI_SEMAEM - 1 && adjustment <= KAPI_SEMAEM;
}

/* The value after undoing an exiting process's operations: never blocks; clamped to the valid range. */
[[nodiscard]] constexpr i32 value_after_undo(i32 value, i32 adjustment) noexcept
{
    return min(max(value + adjustment, 0), kMostSemaphoreValue);
}

static_assert(judge_change(0, 0) == SemVerdict::Possible
              && judge_change(1, 0) == SemVerdict::Blocks);
static_assert(judge_change(2, -3) == SemVerdict::Blocks
              && judge_change(3, -3) == SemVerdict::Possible);
static_assert(judge_change(32767, 1) == SemVerdict::OutOfRange);
static_assert(judge_change(32767, -32768) == SemVerdict::Blocks, "the least change never succeeds");
static_assert(is_adjustment(32767) && !is_adjustment(32768) && is_adjustment(-32768));
static_assert(value_after_undo(5, -7) == 0 && value_after_undo(32000, 32767) == 32767);

} // namespace sysvipc
