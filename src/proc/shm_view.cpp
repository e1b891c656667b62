// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/shm: the columns of Linux 6.12 (ipc/shm.c; proc(5)). */
#include <proc/columns.hpp>
#include <proc/table_file.hpp>

#include <shm/shm_segment.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static bool show_segment(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept
{
    auto& segment = static_cast<ShmSegment&>(object);
    TableLine line;
    {
        auto state = segment.lock();
        if (segment.is_removed())
            return false;
        const SegmentFile::Usage pages = segment.file(state).usage();
        add_identity(line, segment, segment.mode_bits(state));
        line.string(" ").decimal(segment.size(), 21);
        add_process(line, segment.creator(), viewer);
        add_process(line, state->lpid, viewer);
        line.string("  ").decimal(state->attaches, 5);
        add_owners(line, segment.ownership(state), viewer);
        add_time(line, state->atime);
        add_time(line, state->dtime);
        add_time(line, state->ctime);
        line.string(" ")
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
