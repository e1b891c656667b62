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

/* Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_segment_creators() noexcept;
void stop_segment_creators() noexcept; /* no segment exists any more; sleeps */

class SegmentCreator;

/* The current task as one that makes segments.  Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<SegmentCreator*> current_creator() noexcept;
/* @segment, which is not published yet, is the work of @creator, the current task. */
void note_creation(ShmSegment& segment, SegmentCreator& creator) noexcept;
/* It is being retired. */
void forget_creation(ShmSegment& segment) noexcept;

/* Whether the current task is one that makes segments, or was in this namespace.  Any context. */
[[nodiscard]] bool has_made_segments() noexcept;
/*
 * The current task ends, or leaves its namespace.
 * Context: process, preemptible, no lock held; gives way between segments.
 */
void leave_segments() noexcept;
/* Removes the orphans that nobody maps, if all such are to go.  @ns is held.  Sleeps. */
void remove_orphans(IpcNamespace& ns) noexcept;
/*
 * Where @ns is not: under RCU, those among some segments at or above @index, which moves on behind the last;
 * false: there are no more.
 */
[[nodiscard]] bool remove_some_orphans(IpcNamespace& ns, i32& index) noexcept;

} // namespace sysvipc
