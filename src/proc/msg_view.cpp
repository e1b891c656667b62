// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/msg: the columns of Linux 6.12 (ipc/msg.c; proc(5)). */
#include <proc/table_file.hpp>

#include <base/line.hpp>
#include <msg/msg_queue.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static bool show_queue(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept
{
    auto& queue = static_cast<MsgQueue&>(object);
    Line<256> line;
    {
        auto state = queue.lock();
        if (queue.is_removed())
            return false;
        const Ownership& owner = queue.ownership(state);
        line.signed_decimal(queue.key().value(), 10)
            .string(" ")
            .signed_decimal(queue.id().value(), 10)
            .string("  ")
            .octal(owner.mode.bits(), 4)
            .string("  ")
            .decimal(state->bytes, 10)
            .string(" ")
            .decimal(state->messages, 10)
            .string(" ")
            .decimal(static_cast<u32>(state->last_sender.show(viewer.pids)), 5)
            .string(" ")
            .decimal(static_cast<u32>(state->last_receiver.show(viewer.pids)), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.uid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.gid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.creator_uid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.creator_gid), 5)
            .string(" ")
            .decimal(static_cast<u64>(state->send_time), 10)
            .string(" ")
            .decimal(static_cast<u64>(state->receive_time), 10)
            .string(" ")
            .decimal(static_cast<u64>(state->change_time), 10)
            .character('\n');
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
