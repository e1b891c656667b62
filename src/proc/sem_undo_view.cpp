// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/sem_undo: the changes that exiting would make to each set, per process (docs/observability.md).  A part
 * is a record of the set, from the oldest: new ones are added at the other end.
 */
#include <proc/object_file.hpp>
#include <proc/statistics.hpp>

#include <os/task.hpp>
#include <sem/sem_undo.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SemUndoView {
    using Object = SemSet;
    static constexpr char kName[] = "sysvipc/sem_undo";
    static constexpr char kHeader[] =
        "       key      semid      pid  lives   tasks  semnum  semadj\n";
    static constexpr bool kNeedsReading = true;

    /* Keeps a record, also from one read() to the next, so that the part that follows is found without counting. */
    struct Cursor {
        u32 part { 0 };
        Optional<Ref<SemUndo>> record;
        u32 number { 0 }; /* the record's part */
        /* Its place in the list: less than its part, if older ones have ended meanwhile. */
        u32 index { 0 };

        void go_to(u32 wanted) noexcept { part = wanted; }
        /* The record's set may be gone, and another be at its address: the record has ended then. */
        [[nodiscard]] bool is_before(const SemSet& set) const noexcept
        {
            return record.has_value() && &(*record)->set() == &set && number <= part;
        }
    };
    COLD static Result<Shown> show(SeqFile& seq, SemSet& set, Cursor& cursor,
                                   const Viewer& viewer) noexcept;
};

constexpr u32 kAtOnce = 256; /* steps until other tasks may run */

/*
 * The record @steps behind @record, towards newer ones; without a record, 1 step leads to the oldest.
 * Errors: ENOENT; EIDRM: the record has ended.
 */
Result<Ref<SemUndo>> record_behind(SemSet& set, const Optional<Ref<SemUndo>>& record,
                                   u32 steps) noexcept
{
    const RcuGuard guard;
    auto state = set.lock();
    if (set.is_removed())
        return Errno::ENOENT;
    if (record.has_value() && (*record)->is_ended())
        return Errno::EIDRM;
    SemUndo* undo = record.has_value() ? &**record : state->undo.last();
    for (steps -= record.has_value() ? 0 : 1; undo && steps > 0; --steps)
        undo = state->undo.previous(*undo);
    if (!undo)
        return Errno::ENOENT;
    return Ref<SemUndo>::try_get(*undo);
}

/*
 * Sets the record of the cursor's part.  If the one from which it goes on has ended, goes on at its place in the list:
 * if older ones have ended since it was found, as many are left out.  In steps, as others wait for the set's lock.
 * Errors: ENOENT, EINTR.
 */
Result<void> find_record(SemSet& set, SemUndoView::Cursor& cursor) noexcept
{
    u32 index = cursor.part;
    for (bool is_found = false; !is_found;) {
        if (CurrentTask::is_being_killed())
            return Errno::EINTR;
        CurrentTask::give_way();
        if (!cursor.is_before(set))
            cursor.record.reset();
        const bool goes_on = cursor.record.has_value();
        const u32 left = goes_on ? cursor.part - cursor.number : index + 1;
        const u32 steps = min(left, kAtOnce);
        Result<Ref<SemUndo>> found = record_behind(set, cursor.record, steps);
        if (!found.ok() && found.error() != Errno::EIDRM)
            return found.error();
        cursor.record.reset();
        if (!found.ok()) {
            index = cursor.index + max(left, 1u) - 1;
            continue;
        }
        cursor.record.emplace([&] { return found.take(); });
        cursor.number = cursor.part - (left - steps);
        cursor.index = goes_on ? cursor.index + steps : steps - 1;
        is_found = steps == left;
    }
    return {};
}

/* Appends a line to an empty one if exiting would change semaphore @number. */
bool describe(SemSet& set, const SemUndo& undo, u32 number, const Viewer& viewer,
              TableLine& line) noexcept
{
    PARTLY_INITIALISED SemLock lock { set, number };
    if (undo.is_ended() || undo.adjustment(number) == 0)
        return false;
    const UndoHolder holder = holder_of(undo);
    add_key_and_id(line, set);
    add_user(line, holder.process, viewer);
    line.character(' ')
        .decimal(holder.tasks, 7)
        .character(' ')
        .decimal(number, 7)
        .character(' ')
        .signed_decimal(undo.adjustment(number), 7);
    return true;
}

Result<Shown> SemUndoView::show(SeqFile& seq, SemSet& set, Cursor& cursor,
                                const Viewer& viewer) noexcept
{
    Result<void> found = find_record(set, cursor);
    if (!found.ok() && found.error() == Errno::ENOENT)
        return Shown::All;
    TRY(found);
    const SemUndo& undo = **cursor.record;
    u32 seen = 0;
    for (const u32 number : SemRange::touched(undo)) {
        if (++seen % kAtOnce == 0)
            CurrentTask::give_way();
        TableLine line;
        if (describe(set, undo, number, viewer, line))
            write_line(seq, line);
    }
    return Shown::More;
}

} // namespace

constinit const kapi_proc_file kSemUndoFile = ObjectFile<SemUndoView>::describe();

} // namespace sysvipc
