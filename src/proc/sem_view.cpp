// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/sem: the columns of Linux 6.12 (ipc/sem.c; proc(5)). */
#include <proc/table_file.hpp>

#include <base/line.hpp>
#include <sem/sem_set.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static bool show_set(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept
{
    auto& set = static_cast<SemSet&>(object);
    Line<256> line;
    const i64 operation_time =
        set.operation_time(); /* looks at each semaphore: not under the lock */
    {
        auto state = set.lock();
        if (set.is_removed())
            return false;
        const Ownership& owner = set.ownership(state);
        line.signed_decimal(set.key().value(), 10)
            .string(" ")
            .signed_decimal(set.id().value(), 10)
            .string("  ")
            .octal(owner.mode.bits(), 4)
            .string(" ")
            .decimal(set.count(), 10)
            .string(" ")
            .decimal(viewer.users.show(owner.uid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.gid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.creator_uid), 5)
            .string(" ")
            .decimal(viewer.users.show(owner.creator_gid), 5)
            .string(" ")
            .decimal(static_cast<u64>(operation_time), 10)
            .string(" ")
            .decimal(static_cast<u64>(state->change_time), 10)
            .character('\n');
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
