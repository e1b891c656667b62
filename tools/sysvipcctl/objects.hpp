// SPDX-License-Identifier: GPL-2.0
/* The tables that sysvipcctl shows, made from the files below /proc/sysvipc. */
#pragma once

#include "table.hpp"

// All objects of the namespace: kind, id, key, owner, perms, contents, waiting, creator, state.
Table all_objects();

// An orphan: its creator and last users have exited, no task waits at it or has mapped it, and no SEM_UNDO state
// refers to it.
Table orphans();

// The tasks that wait at an object, hold an adjustment, or have mapped it.  @kind: "msg", "sem", "shm"; empty: any.
Table users_of(const std::string& kind, const std::string& id);

// IPC_RMID of each row.  Returns how many could not be removed, each with a line on standard error.
int remove_all(const Table& objects);
