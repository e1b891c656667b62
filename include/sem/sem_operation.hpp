// SPDX-License-Identifier: GPL-2.0
/*
 * SemOperations: the operations of one semop() call, performed all or none.
 *
 * Locks: attempt() requires a SemLock that covers every semaphore that the operations name.
 */
#pragma once

#include <base/result.hpp>
#include <os/task.hpp>
#include <rules/abi.hpp>
#include <user/user_memory.hpp>

namespace sysvipc {

class SemLock;
class SemSet;
class SemUndo;

class SemOperations {
public:
    enum class Attempt : u8 { Done, Blocked };

    /* @list: @count operations, at least one, which must outlive this object. */
    SemOperations(abi::SemOp* list, u32 count) noexcept
        : list_(list),
          count_(count),
          process_(CurrentTask::process())
    {
        for (const abi::SemOp& op : *this) {
            highest_number_ = max(highest_number_, u32 { op.sem_num });
            changes_ |= static_cast<u16>(op.sem_op);
            flags_ |= static_cast<u16>(op.sem_flg);
        }
    }

    /*
     * Checks that every operation names one of @count semaphores; clamps the numbers against
     * speculation.  Errors: EFBIG.
     */
    [[nodiscard]] Result<void> check_numbers(u32 count) noexcept
    {
        if (highest_number_ >= count)
            return Errno::EFBIG;
        const auto size = static_cast<i32>(count);
        abi::SemOp* const end = list_ + count_;
        for (abi::SemOp* op = list_; op != end; ++op)
            op->sem_num = static_cast<u16>(clamp_index(op->sem_num, size));
        return {};
    }

    [[nodiscard]] const abi::SemOp* begin() const noexcept { return list_; }
    [[nodiscard]] const abi::SemOp* end() const noexcept { return list_ + count_; }
    [[nodiscard]] u32 count() const noexcept { return count_; }
    [[nodiscard]] const abi::SemOp& first() const noexcept { return *list_; }
    [[nodiscard]] bool is_single() const noexcept { return count_ == 1; }
    /* True if any operation is not a wait for 0. */
    [[nodiscard]] bool changes() const noexcept { return changes_ != 0; }
    [[nodiscard]] bool wants_undo() const noexcept { return (flags_ & abi::SEM_UNDO) != 0; }
    /* After Blocked: the first operation that was not possible. */
    [[nodiscard]] const abi::SemOp& blocking() const noexcept { return *blocking_; }

    /* After Done: true if tasks wait in the own queues of a semaphore that an operation named. */
    [[nodiscard]] bool met_waiters() const noexcept { return met_waiters_; }

    /* The record for adjustments, required if wants_undo(). */
    void set_undo(SemUndo* undo) noexcept { undo_ = undo; }
    [[nodiscard]] SemUndo* undo() const noexcept { return undo_; }

    /*
     * Performs all operations, in order, each on the values that the earlier ones left, or none.
     * Errors: ERANGE (a value, an adjustment); EAGAIN (one that blocks has IPC_NOWAIT).
     */
    [[nodiscard]] Result<Attempt> attempt(SemSet& set, const SemLock& lock) noexcept;

private:
    abi::SemOp* list_;
    u32 count_;
    u32 highest_number_ { 0 };
    /* The bitwise OR of all operations' changes, and of their flags. */
    u16 changes_ { 0 };
    u16 flags_ { 0 };
    /* Results of attempt(): valid only after it. */
    bool met_waiters_;
    const abi::SemOp* blocking_;
    SemUndo* undo_ { nullptr };
    kapi_pid* process_;
};

} // namespace sysvipc
