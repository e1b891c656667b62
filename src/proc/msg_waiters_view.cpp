// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/msg_waiters: tasks that wait at a queue (docs/observability.md). */
#include <proc/object_file.hpp>
#include <proc/snapshot.hpp>
#include <proc/statistics.hpp>

#include <msg/msg_queue.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct MsgWaitersView {
    using Object = MsgQueue;
    static constexpr char kName[] = "sysvipc/msg_waiters";
    static constexpr char kHeader[] = "       key      msqid      pid      tid waits_for           "
                                      "      type                 size"
                                      "  waited_ms\n";
    static constexpr bool kNeedsReading = true;

    COLD static Result<void> show(SeqFile& seq, MsgQueue& queue, const Viewer& viewer) noexcept;
};

struct Seen {
    i32 pid;
    i32 tid;
    const char* waits_for;
    i64 type; /* as for msgrcv() */
    u64 size; /* of the message, or of the buffer */
    i64 since;
};
using Crowd = Snapshot<Seen>;

Seen seen_of(const Sender& sender, const Viewer& viewer) noexcept
{
    return { viewer.pids.show(sender.process()),
             viewer.pids.show(sender.pid()),
             "      room ",
             sender.type,
             sender.size,
             sender.since() };
}

Seen seen_of(const Receiver& receiver, const Viewer& viewer) noexcept
{
    using enum MessageSelector::Rule;

    const MessageSelector& selector = receiver.selector;
    return { viewer.pids.show(receiver.process()),
             viewer.pids.show(receiver.pid()),
             selector.rule() == Except ? "    except " : "   message ",
             selector.asked_for(),
             receiver.capacity,
             receiver.since() };
}

/* Returns false if the queue has been removed. */
bool look_at(MsgQueue& queue, const Viewer& viewer, Crowd& crowd) noexcept
{
    auto state = queue.lock();
    if (queue.is_removed())
        return false;
    for (Sender* sender = state->senders.first(); sender; sender = state->senders.next(*sender))
        crowd.add(seen_of(*sender, viewer));
    for (Receiver* receiver = state->receivers.first(); receiver;
         receiver = state->receivers.next(*receiver))
        crowd.add(seen_of(*receiver, viewer));
    return true;
}

Result<void> MsgWaitersView::show(SeqFile& seq, MsgQueue& queue, const Viewer& viewer) noexcept
{
    const QueueWaits* waits = queue.waits();
    if (!waits)
        return {};
    Crowd crowd;
    TRY(crowd.start(waits->senders.waiting() + waits->receivers.waiting()));
    if (!look_at(queue, viewer, crowd))
        return {};
    const i64 now = monotonic_now();
    for (const Seen& seen : crowd) {
        TableLine line;
        add_key_and_id(line, queue);
        line.character(' ')
            .decimal(static_cast<u32>(seen.pid), 8)
            .character(' ')
            .decimal(static_cast<u32>(seen.tid), 8)
            .string(seen.waits_for)
            .signed_decimal(seen.type, 20)
            .character(' ')
            .decimal(seen.size, 20);
        add_age(line, seen.since, now);
        write_line(seq, line);
    }
    return {};
}

} // namespace

constinit const kapi_proc_file kMsgWaitersFile = ObjectFile<MsgWaitersView>::describe();

} // namespace sysvipc
