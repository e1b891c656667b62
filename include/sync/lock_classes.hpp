// SPDX-License-Identifier: GPL-2.0
/*
 * Every lock class of the module: its name in lock reports and the data that it covers.  docs/locking.md
 * describes the model and defines the lock order.  lockdep knows no order in advance: it reports orders that
 * contradict each other at run time.
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

/* Creating objects with keys in one table: the loser of a race finds the winner's object. */
LOCK_CLASS(CreationLock, "sysvipc.creation");
/* One queue: messages, waiters, times, limits; writing its ownership. */
LOCK_CLASS(MsgQueueLock, "sysvipc.msg.queue");
/* A semaphore set as a whole: operations on several semaphores, their waiters, undo records. */
LOCK_CLASS(SemSetLock, "sysvipc.sem.set");
/* One semaphore, while its set is open. */
LOCK_CLASS(SemaphoreLock, "sysvipc.sem.one");
/* A group's list of undo records. */
LOCK_CLASS(UndoGroupLock, "sysvipc.sem.undo.group");
/* One segment: attach count, times, mark. */
LOCK_CLASS(ShmSegmentLock, "sysvipc.shm.segment");
/* The segments that each living task has created. */
LOCK_CLASS(SegmentCreatorsLock, "sysvipc.shm.creators");
/* One table's index, keys and counts: held to add or remove an object, never to find one. */
LOCK_CLASS(IdTableLock, "sysvipc.table");
/* Writing an object's ownership, nested in the object's own lock. */
LOCK_CLASS(PermissionSeq, "sysvipc.permission");

#undef LOCK_CLASS

} // namespace sysvipc
