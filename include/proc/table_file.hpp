// SPDX-License-Identifier: GPL-2.0
/*
 * The files msg, sem and shm below /proc/sysvipc: one line per object of a table, translated to the opener's
 * namespaces.
 *
 * Position 0 is the header, position n the object at index n - 1: a read that continues later finds
 * its place whatever was added or removed meanwhile, and a complete read walks the table once.
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

/* The reader: ids are shown as seen from the namespaces of the file's opener. */
struct Viewer {
    UserNamespace users;
    const PidNamespace& pids;
};

/* What the file of one kind shows. */
struct TableView {
    Kind kind;
    const char* header; /* with its newline */
    /* Writes one line; false: the object has been removed, so it has none. */
    bool (*show)(SeqFile& seq, IpcObject& object, const Viewer& viewer) noexcept;
};

extern const TableView kMsgView;
extern const TableView kSemView;
extern const TableView kShmView;

/* The files msg, sem and shm, as on Linux. */
extern const kapi_proc_file kTableFiles[kKinds];

} // namespace sysvipc
