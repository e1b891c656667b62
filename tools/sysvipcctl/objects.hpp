// SPDX-License-Identifier: GPL-2.0
/* What sysvipcctl shows: tables made of the files below /proc/sysvipc. */
#pragma once

#include "table.hpp"

// All objects of the namespace: kind, id, key, owner, perms, contents, waiting, creator, state.
Table all_objects();

// Those whose creator and last users do not live, where nobody waits, that nobody has mapped or holds something to
// undo at.
Table orphans();

// Who waits at, holds something at, or has mapped an object.  @kind: "msg", "sem", "shm"; empty: of any kind.
Table users_of(const std::string& kind, const std::string& id);

// IPC_RMID of each row.  Returns how many could not be removed, each with a line on standard error.
int remove_all(const Table& objects);
