// SPDX-License-Identifier: GPL-2.0
/* Segments by creator (contracts: include/shm/segment_creator.hpp). */
#include <shm/segment_creator.hpp>

#include <base/assert.hpp>
#include <ids/all_objects.hpp>
#include <mem/address_map.hpp>
#include <mem/heap.hpp>
#include <os/task.hpp>
#include <shm/shm_segment.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

/* A task that has created segments; only it adds to the list, any task removes. */
class SegmentCreator : public RcuCounted, public kapi_addressed {
public:
    explicit SegmentCreator(kapi_task* creating) noexcept
        : kapi_addressed { {}, creating },
          task(creating)
    {
    }
    const TaskRef task;

    List<ShmSegment> segments; /* under the lock of all creators */
};

namespace {

struct Creators : Pinned {
    static void destroy(Creators* creators) noexcept { heap_destroy(creators); }

    AddressMap by_task;
    Guarded<Unit, SegmentCreatorsLock> lock;
};

constinit Creators* creators = nullptr;

/* Only the task itself adds or removes its entry: what is found stays. */
SegmentCreator* find_current() noexcept
{
    const RcuGuard guard;
    return static_cast<SegmentCreator*>(creators->by_task.find(CurrentTask::identity()));
}

Result<SegmentCreator*> become_creator() noexcept
{
    Ref<SegmentCreator> created = TRY(Ref<SegmentCreator>::create(0, CurrentTask::raw()));
    if (!creators->by_task.insert(*created).ok())
        return Errno::ENOMEM;
    return &created.release(); /* now the map's */
}

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
    if (SegmentCreator* creator = find_current())
        return creator;
    return become_creator();
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

/* Returns whether there was one: there may be more. */
bool leave_one(SegmentCreator& creator) noexcept
{
    /* A segment is taken off the list before its last reference is dropped: RCU keeps it. */
    const RcuGuard guard;
    ShmSegment* segment = take_one(creator);
    if (!segment)
        return false;
    segment->remove_if_unused();
    return true;
}

} // namespace

bool has_made_segments() noexcept
{
    return find_current() != nullptr;
}

void leave_segments() noexcept
{
    SegmentCreator* creator = find_current();
    if (!creator)
        return;
    while (leave_one(*creator))
        CurrentTask::give_way();
    static_cast<void>(invariant(creators->by_task.remove(*creator)));
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
    TRY(created->by_task.start());
    creators = created.release();
    return {};
}

void stop_segment_creators() noexcept
{
    creators->by_task.stop([](kapi_addressed* addressed) {
        Ref<SegmentCreator>::drop(*static_cast<SegmentCreator*>(addressed));
    });
    Creators::destroy(exchange(creators, nullptr));
}

} // namespace sysvipc
