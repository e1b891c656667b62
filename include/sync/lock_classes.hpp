// SPDX-License-Identifier: GPL-2.0
/*
 * Every lock class of the module: its name in lock reports, its place in the order (a lock is
 * taken only while those held have smaller numbers), what it covers.  docs/locking.md has the theory.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/lock.h>

namespace sysvipc {

#define LOCK_CLASS(Class, order_number, text)                                                      \
    struct Class {                                                                                 \
        static constexpr int kOrder = order_number;                                                \
        static constexpr const char* kName = text;                                                 \
        static constinit inline kapi_lock_key key {};                                              \
    }

/* Making objects that have keys, in one table: whoever comes second finds what the first has made. */
LOCK_CLASS(CreationLock, 5, "sysvipc.creation");
/* One queue: its messages, waiters, times, limits, and the writing of its permissions. */
LOCK_CLASS(MsgQueueLock, 20, "sysvipc.msg.queue");
/* A semaphore set as a whole: sets of operations, those who wait for them, undo records. */
LOCK_CLASS(SemSetLock, 20, "sysvipc.sem.set");
/* One semaphore, while its set is not locked as a whole. */
LOCK_CLASS(SemaphoreLock, 25, "sysvipc.sem.one");
/* Which undo records a group of tasks has. */
LOCK_CLASS(UndoGroupLock, 27, "sysvipc.sem.undo.group");
/* One segment: its mappings' number, times, marks. */
LOCK_CLASS(ShmSegmentLock, 20, "sysvipc.shm.segment");
/* Which segments were made by which tasks. */
LOCK_CLASS(SegmentCreatorsLock, 27, "sysvipc.shm.creators");
/* One table's index, keys and counts: taken to add or remove an object, never to find one. */
LOCK_CLASS(IdTableLock, 29, "sysvipc.table");
/* Writer side of an object's permissions, inside the object's own lock. */
LOCK_CLASS(PermissionSeq, 30, "sysvipc.permission");

#undef LOCK_CLASS

} // namespace sysvipc
