// SPDX-License-Identifier: GPL-2.0
/* Performing all operations of one call, or none (contracts: include/sem/sem_operation.hpp). */
#include <sem/sem_operation.hpp>

#include <sem/sem_apply.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* Counts a failed call by its error, and returns the error. */
COLD [[gnu::noinline]] Errno note_failure(SemSet& set, Errno error) noexcept
{
    SetWaits* waits = set.waits_for_change();
    if (waits && error == Errno::EAGAIN)
        WaitTotals::note_refusal(&waits->totals);
    else if (waits)
        static_cast<void>(waits->out_of_range.add(1));
    return error;
}

} // namespace

Result<SemOperations::Attempt> SemOperations::attempt(SemSet& set, const SemLock& lock) noexcept
{
    /* Local copies: the compiler assumes that a write to a semaphore may change a member. */
    SemUndo* const undo = undo_;
    kapi_pid* const process = process_;
    for (const abi::SemOp& op : *this) {
        Result<void> applied = apply_operation(op, set.at(op.sem_num, lock), undo);
        if (applied.ok()) [[likely]]
            continue;
        /* Reverts the performed operations, last to first. */
        for (const abi::SemOp* done = &op; done != begin();) {
            --done;
            SemaphoreState& semaphore = set.at(done->sem_num, lock);
            semaphore.value = static_cast<i16>(semaphore.value - done->sem_op);
            if (done->sem_flg & abi::SEM_UNDO)
                undo->set_adjustment(done->sem_num, undo->adjustment(done->sem_num) + done->sem_op);
        }
        if (applied.error() != Errno::EAGAIN)
            return note_failure(set, applied.error());
        blocking_ = &op;
        if (op.sem_flg & abi::IPC_NOWAIT)
            return note_failure(set, Errno::EAGAIN);
        return Attempt::Blocked;
    }
    bool met_waiters = false;
    for (const abi::SemOp& op : *this) {
        SemaphoreState& semaphore = set.at(op.sem_num, lock);
        semaphore.last_changer.note(process);
        met_waiters |= semaphore.has_waiters();
    }
    met_waiters_ = met_waiters;
    return Attempt::Done;
}

} // namespace sysvipc
