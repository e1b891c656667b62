// SPDX-License-Identifier: GPL-2.0
/*
 * SemOperations: the operations of one semop() call, performed all or none.
 *
 * Locks: attempt() runs under a SemLock that covers every semaphore it names.
 */
#pragma once

#include <base/result.hpp>
#include <kapi/task.h>
#include <rules/abi.hpp>

namespace sysvipc {

class SemLock;
class SemSet;
class SemUndo;

class SemOperations {
public:
    enum class Attempt : u8 { Done, Blocked };

    /* @list: @count operations, at least one, which must outlive this object. */
    SemOperations(abi::SemOp* list, u32 count) noexcept;

    /*
     * Checks that every operation names one of @count semaphores; clamps the numbers for
     * speculation.  Errors: EFBIG.
     */
    [[nodiscard]] Result<void> check_numbers(u32 count) noexcept;

    [[nodiscard]] const abi::SemOp* begin() const noexcept { return list_; }
    [[nodiscard]] const abi::SemOp* end() const noexcept { return list_ + count_; }
    [[nodiscard]] u32 count() const noexcept { return count_; }
    [[nodiscard]] const abi::SemOp& first() const noexcept { return *list_; }
    [[nodiscard]] bool is_single() const noexcept { return count_ == 1; }
    /* Whether any operation is not a wait for 0. */
    [[nodiscard]] bool changes() const noexcept { return changes_; }
    [[nodiscard]] bool wants_undo() const noexcept { return wants_undo_; }
    /* After Blocked: the first operation that was not possible. */
    [[nodiscard]] const abi::SemOp& blocking() const noexcept { return *blocking_; }

    /* Where adjustments are recorded if wants_undo(). */
    void set_undo(SemUndo* undo) noexcept { undo_ = undo; }
    [[nodiscard]] SemUndo* undo() const noexcept { return undo_; }

    /*
     * Performs all operations, in order, each on the values that the earlier ones left, or none.
     * Errors: ERANGE (a value, an adjustment); EAGAIN (one that blocks has IPC_NOWAIT).
     */
    [[nodiscard]] Result<Attempt> attempt(SemSet& set, const SemLock& lock) noexcept;

private:
    [[nodiscard]] Result<void> apply(const abi::SemOp& op, SemSet& set,
                                     const SemLock& lock) noexcept;

    abi::SemOp* list_;
    u32 count_;
    u32 highest_number_ { 0 };
    bool changes_ { false };
    bool wants_undo_ { false };
    const abi::SemOp* blocking_ { nullptr };
    SemUndo* undo_ { nullptr };
    kapi_pid* process_;
};

} // namespace sysvipc
