// SPDX-License-Identifier: GPL-2.0
/*
 * SemUndo (a record): the adjustments that undo a group's SEM_UNDO operations on one set.
 * UndoGroup: the tasks that share undo records, and all their records.
 *
 * A task joins a group when it first uses SEM_UNDO, or joins its parent's in clone() with CLONE_SYSVSEM; it
 * leaves when it exits or unshares.  The last task to leave undoes everything.
 *
 * Locks:   a set's list of records, and is_ended: the whole set.  A group's list of records: the group's
 *     lock, nested in the set's.  Each adjustment: the SemLock that covers its semaphore.  The group of a
 *     task: no lock (os/task_state.hpp).
 * Lifetime: a record is in its set's list, its group's list and the map, or it has ended; the lists own it
 *     together.  Readers hold RCU, or a reference: that keeps the memory of an ended record, but not its set
 *     and group (an open file sem_undo).  A task's group exists as long as the task is in it, and a record
 *     that has not ended as long as both its set and its group do.
 * Context: joining a child runs with preemption disabled (a tracepoint); leaving is preemptible and
 *     reschedules between records.
 */
#pragma once

#include <base/atomic.hpp>
#include <base/list.hpp>
#include <host/table.h>
#include <mem/rcu_counted.hpp>
#include <ns/ipc_namespace.hpp>
#include <sem/sem_lock.hpp>

namespace sysvipc {

class TaskState;
class UndoGroup;
struct GroupOfUndo; /* tag: the records of one group */

/* A separate base fits behind the reference count: the record of a small set then takes 96 bytes. */
struct SemUndoMarks {
    /*
     * One bit per block of SemUndo::kWordsPerBlock words, set if any word is not 0.  Atomic, as threads of
     * one group may change different semaphores of a set concurrently.
     */
    Atomic<u8> blocks { 0 };
    bool is_ended { false };
    /* Offset of the words from the end of SemUndo, in words. */
    const u16 first_word;
};

class SemUndo : public RcuCounted,
                private SemUndoMarks,
                public kapi_paired, /* of the group and the set */
                public ListNode<SemUndo, SetOfUndo>,
                public ListNode<SemUndo, GroupOfUndo> {
public:
    /* All adjustments 0.  Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] static Result<Ref<SemUndo>> create(SemSet& set, UndoGroup& group) noexcept;

    /* SAFETY of the casts: the constructor stored these types. */
    [[nodiscard]] UndoGroup& group() const noexcept { return *static_cast<UndoGroup*>(first); }
    [[nodiscard]] SemSet& set() const noexcept { return *static_cast<SemSet*>(second); }
    [[nodiscard]] bool is_ended() const noexcept { return SemUndoMarks::is_ended; }
    void end() noexcept { SemUndoMarks::is_ended = true; }

    [[nodiscard]] i32 adjustment(u32 number) const noexcept { return adjustments()[number]; }
    /* Precondition: is_adjustment(@adjustment). */
    void set_adjustment(u32 number, i32 adjustment) noexcept
    {
        i16& place = adjustments()[number];
        /* A nonzero adjustment has its bit already. */
        if (place == 0 && !(word(number).load_relaxed() & bit(number)))
            note_touched(number);
        place = static_cast<i16>(adjustment);
    }
    /* For SETVAL. */
    void clear(u32 number) noexcept
    {
        if (number < kMostSemaphores)
            adjustments()[number] = 0;
    }
    /* For SETALL: visits only semaphores touched before.  Precondition: the whole set is locked. */
    void clear_all() noexcept;

private:
    friend class SemRange;
    friend class Ref<SemUndo>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;

    /* Each semaphore with an adjustment, now or before, has a bit. */
    using Word = u64;
    static constexpr u32 kWordBits = SemRange::kWordBits;
    static constexpr u32 kWordsPerBlock = 128;
    static constexpr u32 kBlock = kWordsPerBlock * kWordBits;
    /* Operations have 16-bit numbers, so they reach no further in a larger set. */
    static constexpr u32 kMostSemaphores = 0x10000;
    static_assert(kMostSemaphores / kBlock == 8 * sizeof(SemUndoMarks::blocks));
    static_assert(alignof(kapi_paired) >= alignof(Word), "what follows a record is aligned");

    [[nodiscard]] static u32 reachable(const SemSet& set) noexcept
    {
        return min(set.count(), kMostSemaphores);
    }
    [[nodiscard]] static u32 word_count(const SemSet& set) noexcept
    {
        return (reachable(set) + kWordBits - 1) / kWordBits;
    }
    /* The size of the adjustments in words, rounded up. */
    [[nodiscard]] static u32 words_of_adjustments(const SemSet& set) noexcept
    {
        constexpr u32 kInWord = sizeof(Word) / sizeof(i16);
        return (reachable(set) + kInWord - 1) / kInWord;
    }
    [[nodiscard]] static Word bit(u32 number) noexcept { return Word { 1 } << number % kWordBits; }

    SemUndo(SemSet& set, UndoGroup& group) noexcept;
    void note_touched(u32 number) noexcept;
    /*
     * Finds the first word with bits, at or after that of semaphore @number, which must be the first of its word.
     * Returns the number of the word's first semaphore, and the word in @marks; if there is none, the end of what
     * operations can reach, and 0.
     */
    [[nodiscard]] u32 find_touched(u32 number, Word& marks) const noexcept;
    /* At a constant offset: operations access adjustments more often than the words. */
    [[nodiscard]] i16* adjustments() noexcept { return reinterpret_cast<i16*>(this + 1); }
    [[nodiscard]] const i16* adjustments() const noexcept
    {
        return reinterpret_cast<const i16*>(this + 1);
    }
    [[nodiscard]] Atomic<Word>* words() noexcept
    {
        return reinterpret_cast<Atomic<Word>*>(this + 1) + first_word;
    }
    [[nodiscard]] const Atomic<Word>* words() const noexcept
    {
        return reinterpret_cast<const Atomic<Word>*>(this + 1) + first_word;
    }
    [[nodiscard]] Atomic<Word>& word(u32 number) noexcept { return words()[number / kWordBits]; }
    /* Followed by one i16 per semaphore that operations can reach, and by the words. */
};

/*
 * The record of the current task's group for @set; nullptr: none.  Call under RCU.  Unless the set's
 * lock is held, the record may end at any time.
 */
[[nodiscard]] SemUndo* find_current_undo(const SemSet& set) noexcept;

/*
 * As find_current_undo(), but creates a missing record.  The caller has permission for @set, and holds
 * a reference to it.
 * Errors: ENOMEM, EIDRM.  Sleeps.
 */
[[nodiscard]] Result<Ref<SemUndo>> make_current_undo(SemSet& set) noexcept;

/* The tasks that own a record. */
struct UndoHolder {
    const PidRef& process; /* of the task that created the group */
    u32 tasks; /* number of tasks that share the record: the last to leave undoes it */
};
/* Precondition: @undo has not ended, and a SemLock keeps it from ending. */
[[nodiscard]] UndoHolder holder_of(const SemUndo& undo) noexcept;

/* Ends all records of a set that is being removed.  Precondition: the whole set is locked. */
void end_all_undo(SemLock& lock) noexcept;

/* Adds @child, created by the current task and not running yet, to the task's group.  Does not sleep. */
void share_undo(kapi_task* child) noexcept;
/*
 * The current task, whose state is @current, leaves its group, if any; the last task undoes all records,
 * each in one step.
 * Context: process, preemptible, no lock held; reschedules between sets.
 */
void leave_undo(TaskState& current) noexcept;

/* Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_undo() noexcept;
/* Precondition: no set exists, and task events are stopped.  Sleeps. */
void stop_undo() noexcept;

} // namespace sysvipc
