// SPDX-License-Identifier: GPL-2.0
/*
 * Every lock class of the module: its name in lock reports, and what it covers, in the order in which
 * they are taken (checked by lockdep).  docs/locking.md describes the model.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/lock.h>

namespace sysvipc {

#define LOCK_CLASS(Class, text)                                                                    \
    struct Class {                                                                                 \
        static constexpr const char* kName = text;                                                 \
        static constinit inline kapi_lock_key key {};                                              \
    }

/* Making objects that have keys, in one table: whoever comes second finds what the first has made. */
LOCK_CLASS(CreationLock, "sysvipc.creation");
/* One queue: its messages, waiters, times, limits, and the writing of its permissions. */
LOCK_CLASS(MsgQueueLock, "sysvipc.msg.queue");
/* A semaphore set as a whole: sets of operations, those who wait for them, undo records. */
LOCK_CLASS(SemSetLock, "sysvipc.sem.set");
/* One semaphore, while its set is not locked as a whole. */
LOCK_CLASS(SemaphoreLock, "sysvipc.sem.one");
/* Which undo records a group of tasks has. */
LOCK_CLASS(UndoGroupLock, "sysvipc.sem.undo.group");
/* One segment: its mappings' number, times, marks. */
LOCK_CLASS(ShmSegmentLock, "sysvipc.shm.segment");
/* Which segments were made by which tasks. */
LOCK_CLASS(SegmentCreatorsLock, "sysvipc.shm.creators");
/* One table's index, keys and counts: taken to add or remove an object, never to find one. */
LOCK_CLASS(IdTableLock, "sysvipc.table");
/* Writer side of an object's permissions, inside the object's own lock. */
LOCK_CLASS(PermissionSeq, "sysvipc.permission");

#undef LOCK_CLASS

} // namespace sysvipc
