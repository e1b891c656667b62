// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/sem: the columns of Linux 6.12 (ipc/sem.c; proc(5)). */
#include <proc/columns.hpp>
#include <proc/table_file.hpp>

#include <sem/sem_set.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static bool show_set(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept
{
    auto& set = static_cast<SemSet&>(object);
    TableLine line;
    const i64 otime = set.otime(); /* reads each semaphore, so not under the lock */
    {
        auto state = set.lock();
        if (set.is_removed())
            return false;
        const Ownership& ownership = set.ownership(state);
        add_identity(line, set, ownership.mode.bits());
        line.string(" ").decimal(set.count(), 10);
        add_owners(line, ownership, viewer);
        add_time(line, otime);
        add_time(line, state->ctime);
        line.character('\n');
    }
    seq.write(line.text(), line.size());
    return true;
}

constinit const TableView kSemView {
    Kind::Semaphores,
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n",
    show_set,
};

} // namespace sysvipc
