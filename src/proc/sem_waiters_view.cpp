// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/sem_waiters: tasks that wait at a set, and their operations (docs/observability.md). */
#include <proc/object_file.hpp>
#include <proc/snapshot.hpp>
#include <proc/statistics.hpp>

#include <os/task.hpp>
#include <sem/sem_lock.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SemWaitersView {
    using Object = SemSet;
    static constexpr char kName[] = "sysvipc/sem_waiters";
    static constexpr char kHeader[] = "       key      semid      pid      tid semnum  semop  undo "
                                      "nsops     semval   sempid  waited_ms\n";
    static constexpr bool kNeedsReading = true;

    COLD static Result<void> show(SeqFile& seq, SemSet& set, const Viewer& viewer) noexcept;
};

struct Seen {
    i32 pid;
    i32 tid;
    abi::SemOp blocking; /* the first operation that was not possible */
    u32 count; /* of operations in the call */
    i64 since;
    /* Of the semaphore that the task waits for. */
    i32 value;
    i32 changer;
};
using Crowd = Snapshot<Seen>;

/* @lock covers all semaphores that those in @queue wait for. */
void look_at_queue(SemSet& set, SemLock& lock, SemWaiters& queue, const Viewer& viewer,
                   Crowd& crowd) noexcept
{
    for (SemWaiter* waiter = queue.first(); waiter; waiter = queue.next(*waiter)) {
        const abi::SemOp& blocking = waiter->operations.blocking();
        SemaphoreState& semaphore = set.at(blocking.sem_num, lock);
        crowd.add({ viewer.pids.show(waiter->process()), viewer.pids.show(waiter->pid()), blocking,
                    waiter->operations.count(), waiter->since(), semaphore.value,
                    semaphore.last_changer.show(viewer.pids) });
    }
}

/*
 * Copies the waiters at semaphore @number.  @is_shared: true if those in the queues of the whole set have been copied,
 * which exist while the set's lock covers all semaphores.  Returns false if the set has been removed.
 */
bool look_at_one(SemSet& set, u32 number, const Viewer& viewer, bool& is_shared,
                 Crowd& crowd) noexcept
{
    PARTLY_INITIALISED SemLock lock { set, number };
    if (set.is_removed())
        return false;
    SemaphoreState& semaphore = set.at(number, lock);
    look_at_queue(set, lock, semaphore.zero_waiters, viewer, crowd);
    look_at_queue(set, lock, semaphore.decreasers, viewer, crowd);
    if (lock.has_set() && !exchange(is_shared, true)) {
        look_at_queue(set, lock, lock.state().changers, viewer, crowd);
        look_at_queue(set, lock, lock.state().zero_waiters, viewer, crowd);
    }
    return true;
}

Result<void> SemWaitersView::show(SeqFile& seq, SemSet& set, const Viewer& viewer) noexcept
{
    constexpr u32 kAtOnce = 256;

    const SetWaits* waits = set.waits();
    if (!waits || waits->totals.waiting() == 0)
        return {};
    Crowd crowd;
    TRY(crowd.start(waits->totals.waiting()));
    bool is_shared = false;
    for (const u32 number : SemRange::all(set)) {
        if (number % kAtOnce == kAtOnce - 1)
            CurrentTask::give_way();
        if (!look_at_one(set, number, viewer, is_shared, crowd))
            return {};
    }
    const i64 now = monotonic_now();
    for (const Seen& seen : crowd) {
        TableLine line;
        add_key_and_id(line, set);
        line.character(' ')
            .decimal(static_cast<u32>(seen.pid), 8)
            .character(' ')
            .decimal(static_cast<u32>(seen.tid), 8)
            .character(' ')
            .decimal(seen.blocking.sem_num, 6)
            .character(' ')
            .signed_decimal(seen.blocking.sem_op, 6)
            .string((seen.blocking.sem_flg & abi::SEM_UNDO) != 0 ? "     1 " : "     0 ")
            .decimal(seen.count, 5);
        add_count(line, static_cast<u32>(seen.value));
        line.character(' ').decimal(static_cast<u32>(seen.changer), 8);
        add_age(line, seen.since, now);
        write_line(seq, line);
    }
    return {};
}

} // namespace

constinit const kapi_proc_file kSemWaitersFile = ObjectFile<SemWaitersView>::describe();

} // namespace sysvipc
