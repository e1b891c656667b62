// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/sem_stats: counters of each set (docs/observability.md). */
#include <proc/object_file.hpp>
#include <proc/statistics.hpp>

#include <os/task.hpp>
#include <sem/sem_lock.hpp>
#include <sem/sem_undo.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SemStatsView {
    using Object = SemSet;
    static constexpr char kName[] = "sysvipc/sem_stats";
    static constexpr char kHeader[] =
        "       key      semid operations     ranged    agained    blocked    waiting   maxwaits"
        "    wait_us    maxw_us    undoers     cpid clives     lpid llives\n";
    static constexpr bool kNeedsReading = false;

    COLD static Result<void> show(SeqFile& seq, SemSet& set, const Viewer& viewer) noexcept;
};

/* The sum over all semaphores.  Takes their locks one at a time, in steps, as there may be many. */
u32 operations_of(SemSet& set) noexcept
{
    constexpr u32 kAtOnce = 256;

    u32 sum = 0;
    for (const u32 number : SemRange::all(set)) {
        if (number % kAtOnce == kAtOnce - 1)
            CurrentTask::give_way();
        PARTLY_INITIALISED SemLock lock { set, number };
        sum += set.at(number, lock).operations;
    }
    return sum;
}

Result<void> SemStatsView::show(SeqFile& seq, SemSet& set, const Viewer& viewer) noexcept
{
    const u32 operations = operations_of(set);
    TableLine line;
    add_key_and_id(line, set);
    add_count(line, operations);
    const SetWaits* waits = set.waits();
    add_count(line, waits ? waits->out_of_range.load_relaxed() : 0);
    add_waits(line, waits ? &waits->totals : nullptr);
    {
        auto state = set.lock();
        if (set.is_removed())
            return {};
        add_count(line, state->undo_count); /* one record per task or group of tasks */
    }
    add_maker(line, set, viewer);
    {
        const u32 latest = set.changed_last();
        PARTLY_INITIALISED SemLock lock { set, latest };
        if (set.is_removed())
            return {};
        add_user(line, set.at(latest, lock).last_changer, viewer);
    }
    write_line(seq, line);
    return {};
}

} // namespace

constinit const kapi_proc_file kSemStatsFile = ObjectFile<SemStatsView>::describe();

} // namespace sysvipc
