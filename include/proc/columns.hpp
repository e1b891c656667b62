// SPDX-License-Identifier: GPL-2.0
/* The columns common to all files below /proc/sysvipc. */
#pragma once

#include <base/line.hpp>
#include <ids/ipc_object.hpp>
#include <proc/table_file.hpp>

namespace sysvipc {

using TableLine = Line<384>;

/* Key, id and @mode: permissions and other bits. */
inline void add_identity(TableLine& line, const IpcObject& object, u32 mode) noexcept
{
    line.signed_decimal(object.key().value(), 10)
        .string(" ")
        .signed_decimal(object.id().value(), 10)
        .string("  ")
        .octal(mode, 4);
}

/* Owner and creator. */
inline void add_owners(TableLine& line, const Ownership& ownership, const Viewer& viewer) noexcept
{
    line.string(" ")
        .decimal(viewer.users.show(ownership.uid), 5)
        .string(" ")
        .decimal(viewer.users.show(ownership.gid), 5)
        .string(" ")
        .decimal(viewer.users.show(ownership.cuid), 5)
        .string(" ")
        .decimal(viewer.users.show(ownership.cgid), 5);
}

inline void add_time(TableLine& line, i64 seconds) noexcept
{
    line.string(" ").decimal(static_cast<u64>(seconds), 10);
}

/* A process id; 0: none, or not visible to the reader. */
inline void add_process(TableLine& line, const PidRef& process, const Viewer& viewer) noexcept
{
    line.string(" ").decimal(static_cast<u32>(process.show(viewer.pids)), 5);
}

} // namespace sysvipc
