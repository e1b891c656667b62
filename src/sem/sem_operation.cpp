// SPDX-License-Identifier: GPL-2.0
/* All operations of one call, or none (contracts: include/sem/sem_operation.hpp). */
#include <sem/sem_operation.hpp>

#include <os/task.hpp>
#include <sem/sem_undo.hpp>
#include <user/user_memory.hpp>
#include <base/poison.hpp>

namespace sysvipc {

SemOperations::SemOperations(abi::SemOp* list, u32 count) noexcept
    : list_(list),
      count_(count),
      process_(CurrentTask::process())
{
    for (const abi::SemOp& op : *this) {
        highest_number_ = max(highest_number_, u32 { op.number });
        changes_ |= op.change != 0;
        wants_undo_ |= (op.flags & abi::kSemUndo) != 0;
    }
}

Result<void> SemOperations::check_numbers(u32 count) noexcept
{
    if (highest_number_ >= count)
        return Errno::FileTooBig;
    const auto size = static_cast<i32>(count);
    abi::SemOp* const end = list_ + count_;
    for (abi::SemOp* op = list_; op != end; ++op)
        op->number = static_cast<u16>(clamp_index(op->number, size));
    return {};
}

/* Errors: EAGAIN for whatever blocks; ERANGE. */
Result<void> SemOperations::apply(const abi::SemOp& op, SemSet& set, const SemLock& lock) noexcept
{
    SemaphoreState& semaphore = set.at(op.number, lock);
    switch (judge_change(semaphore.value, op.change)) {
    case SemVerdict::Blocks:
        return Errno::Again;
    case SemVerdict::OutOfRange:
        return Errno::Range;
    case SemVerdict::Possible:
        break;
    }
    if (op.flags & abi::kSemUndo) {
        const i32 adjustment = adjustment_after(undo_->adjustment(op.number), op.change);
        if (!is_adjustment(adjustment))
            return Errno::Range;
        undo_->set_adjustment(op.number, adjustment);
    }
    semaphore.value += op.change;
    return {};
}

Result<SemOperations::Attempt> SemOperations::attempt(SemSet& set, const SemLock& lock) noexcept
{
    for (const abi::SemOp& op : *this) {
        Result<void> applied = apply(op, set, lock);
        if (applied.ok()) [[likely]]
            continue;
        /* Back from the last one done to the first. */
        for (const abi::SemOp* done = &op; done != begin();) {
            --done;
            set.at(done->number, lock).value -= done->change;
            if (done->flags & abi::kSemUndo)
                undo_->set_adjustment(done->number, undo_->adjustment(done->number) + done->change);
        }
        if (applied.error() != Errno::Again)
            return applied.error();
        blocking_ = &op;
        if (op.flags & abi::kIpcNoWait)
            return Errno::Again;
        return Attempt::Blocked;
    }
    for (const abi::SemOp& op : *this)
        set.at(op.number, lock).last_changer.note(process_);
    return Attempt::Done;
}

} // namespace sysvipc
