// SPDX-License-Identifier: GPL-2.0
/* Segments by creator (contracts: include/shm/segment_creator.hpp). */
#include <shm/segment_creator.hpp>

#include <base/assert.hpp>
#include <ids/all_objects.hpp>
#include <mem/heap.hpp>
#include <mem/lasting.hpp>
#include <os/task.hpp>
#include <os/task_state.hpp>
#include <shm/shm_segment.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

/* A task that has created segments; only this task adds to the list, any task removes. */
class SegmentCreator : public RcuCounted {
public:
    static constexpr TaskSlot kTaskSlot = TaskSlot::SegmentCreator;

    List<ShmSegment> segments; /* under the lock of all creators */
};

namespace {

struct Creators : Pinned {
    static void destroy(Creators* creators) noexcept { heap_destroy(creators); }

    Guarded<Unit, SegmentCreatorsLock> lock;
};

constinit Lasting<Creators> creators;

void remove_from_creator(ShmSegment& segment) noexcept
{
    if (SegmentCreator* creator = exchange(segment.living_creator, nullptr))
        creator->segments.remove(segment);
}

bool is_orphan(const ShmSegment& segment) noexcept
{
    auto lock = creators->lock.lock();
    return segment.living_creator == nullptr;
}

/* Takes a segment off @creator's list; nullptr: none is left. */
ShmSegment* take_one(SegmentCreator& creator) noexcept
{
    auto lock = creators->lock.lock();
    ShmSegment* segment = creator.segments.first();
    if (segment)
        remove_from_creator(*segment);
    return segment;
}

} // namespace

Result<SegmentCreator*> current_creator() noexcept
{
    TaskState* state = TRY(TaskState::current_or_new());
    if (auto* creator = state->part<SegmentCreator>())
        return creator;
    Ref<SegmentCreator> created = TRY(Ref<SegmentCreator>::create(0));
    SegmentCreator& creator = created.give_away(); /* now the state's part */
    state->put(creator);
    return &creator;
}

void note_creation(ShmSegment& segment, SegmentCreator& creator) noexcept
{
    auto lock = creators->lock.lock();
    segment.living_creator = &creator;
    creator.segments.push_back(segment);
}

void forget_creation(ShmSegment& segment) noexcept
{
    auto lock = creators->lock.lock();
    remove_from_creator(segment);
}

namespace {

/* Releases one segment.  Returns false if there was none. */
bool leave_one(SegmentCreator& creator) noexcept
{
    /* A segment leaves the list before its last reference is dropped, so RCU keeps it. */
    const RcuGuard guard;
    ShmSegment* segment = take_one(creator);
    if (!segment)
        return false;
    segment->remove_if_unused();
    return true;
}

} // namespace

void leave_segments(TaskState& state) noexcept
{
    auto* creator = state.take<SegmentCreator>();
    if (!creator)
        return;
    while (leave_one(*creator))
        CurrentTask::give_way();
    Ref<SegmentCreator>::drop(*creator);
}

namespace {

void remove_if_orphan(ShmSegment& segment) noexcept
{
    if (is_orphan(segment))
        segment.remove_if_unused();
}

} // namespace

void remove_orphans(IpcNamespace& ns) noexcept
{
    for_all_objects_under_rcu<ShmSegment>(ns.table(Kind::SharedMemory), remove_if_orphan);
}

bool remove_some_orphans(IpcNamespace& ns, i32& index) noexcept
{
    return for_some_objects<ShmSegment>(ns.table(Kind::SharedMemory), index, remove_if_orphan);
}

Result<void> start_segment_creators() noexcept
{
    Box<Creators> created = TRY(heap_create<Creators>());
    creators.keep(move(created));
    return {};
}

void stop_segment_creators() noexcept
{
    TaskState::take_all<SegmentCreator, Ref<SegmentCreator>::drop>();
    creators.end();
}

} // namespace sysvipc
