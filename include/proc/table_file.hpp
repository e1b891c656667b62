// SPDX-License-Identifier: GPL-2.0
/*
 * The files msg, sem and shm below /proc/sysvipc: one line per object of a table, translated to the opener's
 * namespaces.
 *
 * Position 0 is the header, position n the object at index n - 1: a continued read finds its place even if
 * objects were added or removed, and a complete read walks the table once.
 *
 * Locks:   RCU while a buffer is filled; the object's own lock while its values are copied.
 * Lifetime: an open file pins the module.
 */
#pragma once

#include <base/result.hpp>
#include <ns/ipc_namespace.hpp>
#include <os/pid.hpp>
#include <os/proc_file.hpp>

namespace sysvipc {

/* The namespaces of the file's opener, for which ids are translated. */
struct Viewer {
    UserNamespace users;
    const PidNamespace& pids;
};

/* The format of one kind's file. */
struct TableView {
    Kind kind;
    const char* header; /* with its newline */
    /* Writes one line; false: no line, as the object has been removed. */
    bool (*show)(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept;
};

extern const TableView kMsgView;
extern const TableView kSemView;
extern const TableView kShmView;

/* The files msg, sem and shm, as on Linux. */
extern const kapi_proc_file kTableFiles[kKinds];

} // namespace sysvipc
