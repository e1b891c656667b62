// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/msg_stats: counters of each queue (docs/observability.md). */
#include <proc/object_file.hpp>
#include <proc/statistics.hpp>

#include <msg/msg_queue.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct MsgStatsView {
    using Object = MsgQueue;
    static constexpr char kName[] = "sysvipc/msg_stats";
    static constexpr char kHeader[] =
        "       key      msqid       sent   received    maxqnum   sagained   sblocked   swaiting"
        "  smaxwaits   swait_us   smaxw_us   ragained   rblocked   rwaiting  rmaxwaits   rwait_us"
        "   rmaxw_us     cpid clives    lspid lslive    lrpid lrlive\n";
    static constexpr bool kNeedsReading = false;

    COLD static Result<void> show(SeqFile& seq, MsgQueue& queue, const Viewer& viewer) noexcept;
};

Result<void> MsgStatsView::show(SeqFile& seq, MsgQueue& queue, const Viewer& viewer) noexcept
{
    TableLine line;
    {
        auto state = queue.lock();
        if (queue.is_removed())
            return {};
        const QueueWaits* waits = queue.waits();
        add_key_and_id(line, queue);
        add_count(line, state->received + state->messages);
        add_count(line, state->received);
        add_count(line, state->most_messages);
        add_waits(line, waits ? &waits->senders : nullptr);
        add_waits(line, waits ? &waits->receivers : nullptr);
        add_maker(line, queue, viewer);
        add_user(line, state->lspid, viewer);
        add_user(line, state->lrpid, viewer);
    }
    write_line(seq, line);
    return {};
}

} // namespace

constinit const kapi_proc_file kMsgStatsFile = ObjectFile<MsgStatsView>::describe();

} // namespace sysvipc
