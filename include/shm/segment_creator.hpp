// SPDX-License-Identifier: GPL-2.0
/*
 * The segments that each living task created: with shm_rmid_forced, an unmapped segment is removed when its
 * creator exits.  An orphan: a segment whose creator has exited or left the namespace by unshare(2).
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
void stop_segment_creators() noexcept; /* precondition: no segment exists; sleeps */

class SegmentCreator;

/* The current task's list of segments, created on first use.  Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<SegmentCreator*> current_creator() noexcept;
/* Records that @creator, the current task, created @segment, which is not published yet. */
void note_creation(ShmSegment& segment, SegmentCreator& creator) noexcept;
/* Removes @segment, which is being retired, from its creator's list. */
void forget_creation(ShmSegment& segment) noexcept;

/*
 * Call when the current task, whose state is @current, exits or unshares its namespace: its segments
 * become orphans; those that are unused (remove_if_unused()) are removed.
 * Context: process, preemptible, no lock held; reschedules between segments.
 */
void leave_segments(TaskState& current) noexcept;
/* Removes the unmapped orphans if shm_rmid_forced is set.  The caller holds @ns.  Sleeps. */
void remove_orphans(IpcNamespace& ns) noexcept;
/*
 * remove_orphans() in steps, for a caller that does not hold @ns: checks some segments from @index on
 * and moves @index past the last; false: no more segments.  Call under RCU.
 */
[[nodiscard]] bool remove_some_orphans(IpcNamespace& ns, i32& index) noexcept;

} // namespace sysvipc
