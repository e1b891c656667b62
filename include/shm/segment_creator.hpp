// SPDX-License-Identifier: GPL-2.0
/*
 * Which living task created which segments: with shm_rmid_forced, a segment that nobody maps is removed when
 * its creator exits.  A segment whose creator has exited, or left the namespace, is an orphan.
 *
 * Locks: one for all creators, taken while no other spinlock of ours is held.
 */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

class IpcNamespace;
class ShmSegment;
class TaskState;

/* Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_segment_creators() noexcept;
void stop_segment_creators() noexcept; /* no segment exists any more; sleeps */

class SegmentCreator;

/* The current task as a creator, added if it was none.  Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<SegmentCreator*> current_creator() noexcept;
/* Records that @creator, the current task, created @segment, which is not published yet. */
void note_creation(ShmSegment& segment, SegmentCreator& creator) noexcept;
/* Removes @segment, which is being retired, from its creator's list. */
void forget_creation(ShmSegment& segment) noexcept;

/*
 * The current task, whose state this is, exits or leaves its namespace: its segments become orphans.
 * Context: process, preemptible, no lock held; reschedules between segments.
 */
void leave_segments(TaskState& current) noexcept;
/* Removes the unmapped orphans if shm_rmid_forced is set.  The caller holds @ns.  Sleeps. */
void remove_orphans(IpcNamespace& ns) noexcept;
/*
 * The same in steps, if the caller does not hold @ns: under RCU, checks some segments at or above
 * @index, and moves it behind the last; false: there are no more.
 */
[[nodiscard]] bool remove_some_orphans(IpcNamespace& ns, i32& index) noexcept;

} // namespace sysvipc
