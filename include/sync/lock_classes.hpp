// SPDX-License-Identifier: GPL-2.0
/*
 * Every lock class of the module: its number, its name in lock reports, and what it covers.  A lock may be taken
 * while all locks held have smaller numbers; kunit/sync_test.cpp shows that order to lockdep.  docs/locking.md
 * describes the model.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/lock.h>

namespace sysvipc {

#define LOCK_CLASS(number, Class, text)                                                            \
    struct Class {                                                                                 \
        static constexpr int kOrder = number;                                                      \
        static constexpr const char* kName = text;                                                 \
        static constinit inline kapi_lock_key key {};                                              \
    }

/* Creating objects with keys in one table: the loser of a race finds the winner's object. */
LOCK_CLASS(5, CreationLock, "sysvipc.creation");
/* One queue: messages, waiters, times, limits; writing its ownership. */
LOCK_CLASS(20, MsgQueueLock, "sysvipc.msg.queue");
/* A semaphore set as a whole: operations on several semaphores, their waiters, undo records. */
LOCK_CLASS(20, SemSetLock, "sysvipc.sem.set");
/* One segment: attach count, times, mark. */
LOCK_CLASS(20, ShmSegmentLock, "sysvipc.shm.segment");
/* One semaphore, while its set is open. */
LOCK_CLASS(25, SemaphoreLock, "sysvipc.sem.one");
/* A group's list of undo records. */
LOCK_CLASS(27, UndoGroupLock, "sysvipc.sem.undo.group");
/* Which segments were created by which tasks. */
LOCK_CLASS(27, SegmentCreatorsLock, "sysvipc.shm.creators");
/* One table's index, keys and counts: held to add or remove an object, never to find one. */
LOCK_CLASS(29, IdTableLock, "sysvipc.table");
/* Writing an object's ownership, nested in the object's own lock. */
LOCK_CLASS(30, PermissionSeq, "sysvipc.permission");

#undef LOCK_CLASS

template <class... Classes>
struct LockClasses {
};
using AllLockClasses =
    LockClasses<CreationLock, MsgQueueLock, SemSetLock, ShmSegmentLock, SemaphoreLock,
                UndoGroupLock, SegmentCreatorsLock, IdTableLock, PermissionSeq>;

} // namespace sysvipc
