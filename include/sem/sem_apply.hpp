// SPDX-License-Identifier: GPL-2.0
/*
 * Performs one operation at its semaphore.
 *
 * Locks: a SemLock that covers the semaphore.
 */
#pragma once

#include <rules/semaphore_rules.hpp>
#include <sem/sem_undo.hpp>

namespace sysvipc {

/*
 * @undo: the record of an operation with SEM_UNDO.  Inlined: a call would cost more than the operation.
 * Errors: EAGAIN (it blocks); ERANGE (the value, the adjustment).
 */
[[nodiscard, gnu::always_inline]] inline Result<void> apply_operation(const abi::SemOp& op,
                                                                      SemaphoreState& semaphore,
                                                                      SemUndo* undo) noexcept
{
    const i32 change = op.sem_op;
    const i32 value = semaphore.value + change;
    switch (judge_change(semaphore.value, change)) {
    case SemVerdict::Blocks:
        return Errno::EAGAIN;
    case SemVerdict::OutOfRange:
        return Errno::ERANGE;
    case SemVerdict::Possible:
        break;
    }
    if (op.sem_flg & abi::SEM_UNDO) {
        const i32 adjustment = adjustment_after(undo->adjustment(op.sem_num), change);
        if (!is_adjustment(adjustment))
            return Errno::ERANGE;
        undo->set_adjustment(op.sem_num, adjustment);
    }
    semaphore.value = static_cast<i16>(value);
    return {};
}

} // namespace sysvipc
