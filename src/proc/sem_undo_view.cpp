// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/sem_undo: the changes that exiting would make to each set, per process (docs/observability.md).  A part
 * is a record of the set.
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

    COLD static Result<Shown> show(SeqFile& seq, SemSet& set, u32 part,
                                   const Viewer& viewer) noexcept;
};

/* Record number @part, from the oldest, as new ones are added at the other end.  Errors: ENOENT. */
Result<Ref<SemUndo>> record_at(SemSet& set, u32 part) noexcept
{
    const RcuGuard guard;
    auto state = set.lock();
    if (set.is_removed())
        return Errno::ENOENT;
    SemUndo* undo = state->undo.last();
    for (; undo && part > 0; --part)
        undo = state->undo.previous(*undo);
    if (!undo)
        return Errno::ENOENT;
    return Ref<SemUndo>::try_get(*undo);
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

Result<Shown> SemUndoView::show(SeqFile& seq, SemSet& set, u32 part, const Viewer& viewer) noexcept
{
    constexpr u32 kAtOnce = 256;

    Result<Ref<SemUndo>> found = record_at(set, part);
    if (!found.ok())
        return Shown::All;
    const Ref<SemUndo> undo = found.take();
    u32 seen = 0;
    for (const u32 number : SemRange::touched(*undo)) {
        if (++seen % kAtOnce == 0)
            CurrentTask::give_way();
        TableLine line;
        if (describe(set, *undo, number, viewer, line))
            write_line(seq, line);
    }
    return Shown::More;
}

} // namespace

constinit const kapi_proc_file kSemUndoFile = ObjectFile<SemUndoView>::describe();

} // namespace sysvipc
