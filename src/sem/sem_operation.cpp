// SPDX-License-Identifier: GPL-2.0
/* Performing all operations of one call, or none (contracts: include/sem/sem_operation.hpp). */
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
        highest_number_ = max(highest_number_, u32 { op.sem_num });
        changes_ |= op.sem_op != 0;
        wants_undo_ |= (op.sem_flg & abi::SEM_UNDO) != 0;
    }
}

Result<void> SemOperations::check_numbers(u32 count) noexcept
{
    if (highest_number_ >= count)
        return Errno::EFBIG;
    const auto size = static_cast<i32>(count);
    abi::SemOp* const end = list_ + count_;
    for (abi::SemOp* op = list_; op != end; ++op)
        op->sem_num = static_cast<u16>(clamp_index(op->sem_num, size));
    return {};
}

/* Errors: EAGAIN if it blocks; ERANGE. */
Result<void> SemOperations::apply(const abi::SemOp& op, SemSet& set, const SemLock& lock) noexcept
{
    SemaphoreState& semaphore = set.at(op.sem_num, lock);
    switch (judge_change(semaphore.value, op.sem_op)) {
    case SemVerdict::Blocks:
        return Errno::EAGAIN;
    case SemVerdict::OutOfRange:
        return Errno::ERANGE;
    case SemVerdict::Possible:
        break;
    }
    if (op.sem_flg & abi::SEM_UNDO) {
        const i32 adjustment = adjustment_after(undo_->adjustment(op.sem_num), op.sem_op);
        if (!is_adjustment(adjustment))
            return Errno::ERANGE;
        undo_->set_adjustment(op.sem_num, adjustment);
    }
    semaphore.value += op.sem_op;
    return {};
}

Result<SemOperations::Attempt> SemOperations::attempt(SemSet& set, const SemLock& lock) noexcept
{
    for (const abi::SemOp& op : *this) {
        Result<void> applied = apply(op, set, lock);
        if (applied.ok()) [[likely]]
            continue;
        /* Reverts from the last one performed to the first. */
        for (const abi::SemOp* done = &op; done != begin();) {
            --done;
            set.at(done->sem_num, lock).value -= done->sem_op;
            if (done->sem_flg & abi::SEM_UNDO)
                undo_->set_adjustment(done->sem_num,
                                      undo_->adjustment(done->sem_num) + done->sem_op);
        }
        if (applied.error() != Errno::EAGAIN)
            return applied.error();
        blocking_ = &op;
        if (op.sem_flg & abi::IPC_NOWAIT)
            return Errno::EAGAIN;
        return Attempt::Blocked;
    }
    for (const abi::SemOp& op : *this)
        set.at(op.sem_num, lock).last_changer.note(process_);
    return Attempt::Done;
}

} // namespace sysvipc
