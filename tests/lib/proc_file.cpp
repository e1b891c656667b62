// SPDX-License-Identifier: GPL-2.0
/*
 * The row of a queue in /proc/sysvipc/msg, built from IPC_STAT.
 */
#include "lib/proc_file.hpp"
#include "lib/queue.hpp"

#include <cstdio>

std::string row_from_stat(int id)
{
    const auto stat = stat_of(id);
    char row[256];
    std::snprintf(row, sizeof(row),
                  "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u %10lld %10lld %10lld",
                  stat.perm.key, id, stat.perm.mode, static_cast<unsigned long>(stat.cbytes),
                  static_cast<unsigned long>(stat.qnum), static_cast<unsigned>(stat.lspid),
                  static_cast<unsigned>(stat.lrpid), stat.perm.uid, stat.perm.gid, stat.perm.cuid,
                  stat.perm.cgid, static_cast<long long>(stat.stime),
                  static_cast<long long>(stat.rtime), static_cast<long long>(stat.ctime));
    return row;
}
