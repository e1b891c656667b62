// SPDX-License-Identifier: GPL-2.0
/*
 * SemUndo (a record): what a group of tasks has done to one set with SEM_UNDO, so that it can be undone.
 * UndoGroup: the tasks that share undo records, and all their records.
 *
 * A task joins a group when it first uses SEM_UNDO, or is joined to its parent's by clone() with
 * CLONE_SYSVSEM; it leaves when it exits or unshares.  The last to leave undoes everything.
 *
 * Locks:   a set's records, and whether one is ended: the set as a whole.  A group's list of records: the
 *     group's lock, nested in the set's.  Each adjustment: what covers its semaphore (SemLock).  Which
 *     task is in which group: no lock (os/task_state.hpp).
 * Lifetime: a record is in its set's list, its group's list and the map, or it has ended; the lists own it
 *     together.  Readers hold RCU.  A task's group exists as long as the task is in it, and a record as
 *     long as both its set and its group do.
 * Context: joining a child runs with preemption disabled (a tracepoint); leaving is preemptible and
 *     reschedules between records.
 */
#pragma once

#include <base/list.hpp>
#include <kapi/table.h>
#include <mem/rcu_counted.hpp>
#include <ns/ipc_namespace.hpp>
#include <sem/sem_lock.hpp>

namespace sysvipc {

class TaskState;
class UndoGroup;
struct GroupOfUndo; /* tag: the records of one group */

class SemUndo : public RcuCounted,
                public kapi_paired, /* of the group and the set */
                public ListNode<SemUndo, SetOfUndo>,
                public ListNode<SemUndo, GroupOfUndo> {
public:
    /* All adjustments 0.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<Ref<SemUndo>> create(SemSet& set, UndoGroup& group) noexcept;

    /* SAFETY of the casts: the constructor put them there. */
    [[nodiscard]] UndoGroup& group() const noexcept { return *static_cast<UndoGroup*>(first); }
    [[nodiscard]] SemSet& set() const noexcept { return *static_cast<SemSet*>(second); }
    [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }
    void end() noexcept { is_ended_ = true; }

    [[nodiscard]] i32 adjustment(u32 number) const noexcept { return slots()[number].adjustment; }
    /* @adjustment is within the range of adjustments. */
    void set_adjustment(u32 number, i32 adjustment) noexcept
    {
        slots()[number].adjustment = static_cast<i16>(adjustment);
        if (slots()[number].next == kUntouched && number < kNotChained)
            note_touched(number);
    }
    /* For SETVAL. */
    void clear(u32 number) noexcept
    {
        if (number < kMostSlots)
            slots()[number].adjustment = 0;
    }
    /* For SETALL: visits only semaphores touched before.  Precondition: the whole set is locked. */
    void clear_all() noexcept;

private:
    friend class SemRange;
    friend class Ref<SemUndo>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;

    /* One per semaphore; those ever used are chained. */
    struct Slot {
        i16 adjustment;
        u16 next;
    };
    static constexpr u16 kUntouched = 0xffff;
    static constexpr u16 kEnd = 0xfffe;
    /* Slots from here on cannot be chained, as kEnd and kUntouched have their numbers. */
    static constexpr u32 kNotChained = kEnd;
    /* Operations have 16-bit numbers, so they reach no further however large the set is. */
    static constexpr u32 kMostSlots = 0x10000;
    [[nodiscard]] static u32 slot_count(const SemSet& set) noexcept
    {
        return min(set.count(), kMostSlots);
    }

    SemUndo(SemSet& set, UndoGroup& group) noexcept;
    void note_touched(u32 number) noexcept;
    [[nodiscard]] Slot* slots() noexcept { return reinterpret_cast<Slot*>(this + 1); }
    [[nodiscard]] const Slot* slots() const noexcept
    {
        return reinterpret_cast<const Slot*>(this + 1);
    }

    bool is_ended_ { false };
    /* Atomic, as threads of one group may touch different semaphores of a set at the same time. */
    Atomic<u16> first_touched_ { kEnd };
    /* Followed by one Slot for each semaphore that operations can reach. */
};

/*
 * The record of the current task's group for @set; nullptr: none.  Under RCU.  Unless the set's
 * lock is held, the record may end at any time.
 */
[[nodiscard]] SemUndo* find_current_undo(const SemSet& set) noexcept;

/*
 * The same, created if there is none; returns a reference.  The caller may use @set, and holds it.
 * Errors: ENOMEM, EIDRM.  Sleeps.
 */
[[nodiscard]] Result<Ref<SemUndo>> make_current_undo(SemSet& set) noexcept;

/* Ends all records of a set that is being removed.  Precondition: the whole set is locked. */
void end_all_undo(SemLock& lock) noexcept;

/* @child, created by the current task and not running yet, joins its group.  Does not sleep. */
void share_undo(kapi_task* child) noexcept;
/*
 * The current task, whose state this is, leaves its group, if any; the last task undoes all records, each
 * in one step.
 * Context: process, preemptible, no lock held; reschedules between sets.
 */
void leave_undo(TaskState& current) noexcept;

/* Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_undo() noexcept;
/* Precondition: no set exists, and no task event can come.  Sleeps. */
void stop_undo() noexcept;

} // namespace sysvipc
