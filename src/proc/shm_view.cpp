// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/shm: the columns of Linux 6.12 (ipc/shm.c; proc(5)). */
#include <proc/table_file.hpp>

#include <base/line.hpp>
#include <shm/shm_segment.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static bool show_segment(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept
{
    auto& segment = static_cast<ShmSegment&>(object);
    Line<384> line;
    {
        auto state = segment.lock();
        if (segment.is_removed())
            return false;
        const Ownership& owner = segment.ownership(state);
        const SegmentFile::Usage pages = segment.file(state).usage();
        line.signed_decimal(segment.key().value(), 10)
            .string(" ")
            .signed_decimal(segment.id().value(), 10)
            .string("  ")
            .octal(segment.mode_bits(state), 4)
            .string(" ")
            .decimal(segment.size(), 21)
            .string(" ")
            .decimal(static_cast<u32>(segment.creator().show(viewer.pids)), 5)
            .string(" ")
            .decimal(static_cast<u32>(state->last_operator.show(viewer.pids)), 5)
            .string("  ")
            .decimal(state->attaches, 5)
            .string(" ")
            .decimal(viewer.users.show(owner.uid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.gid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.creator_uid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.creator_gid), 5)
            .string(" ")
            .decimal(static_cast<u64>(state->attach_time), 10)
            .string(" ")
            .decimal(static_cast<u64>(state->detach_time), 10)
            .string(" ")
            .decimal(static_cast<u64>(state->change_time), 10)
            .string(" ")
            .decimal(pages.resident_pages * KAPI_PAGE_SIZE, 21)
            .string(" ")
            .decimal(pages.swapped_pages * KAPI_PAGE_SIZE, 21)
            .character('\n');
    }
    seq.write(line.text(), line.size());
    return true;
}

constinit const TableView kShmView {
    Kind::SharedMemory,
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
    "      atime      dtime      ctime                   rss                  swap\n",
    show_segment,
};

} // namespace sysvipc
