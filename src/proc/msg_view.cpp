// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/msg: the columns of Linux 6.12 (ipc/msg.c; proc(5)). */
#include <proc/columns.hpp>
#include <proc/table_file.hpp>

#include <msg/msg_queue.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static bool show_queue(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept
{
    auto& queue = static_cast<MsgQueue&>(object);
    TableLine line;
    {
        auto state = queue.lock();
        if (queue.is_removed())
            return false;
        const Ownership& ownership = queue.ownership(state);
        add_identity(line, queue, ownership.mode.bits());
        line.string("  ").decimal(state->bytes, 10).string(" ").decimal(state->messages, 10);
        add_process(line, state->lspid, viewer);
        add_process(line, state->lrpid, viewer);
        add_owners(line, ownership, viewer);
        add_time(line, state->stime);
        add_time(line, state->rtime);
        add_time(line, state->ctime);
        line.character('\n');
    }
    seq.write(line.text(), line.size());
    return true;
}

constinit const TableView kMsgView {
    Kind::Messages,
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
    "      stime      rtime      ctime\n",
    show_queue,
};

} // namespace sysvipc
