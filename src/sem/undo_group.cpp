// SPDX-License-Identifier: GPL-2.0
/*
 * Which tasks share undo records, and taking back what they did when the last of them leaves
 * (contracts: include/sem/sem_undo.hpp).
 *
 * A kernel without System V IPC has no place in a task for this, and one that has it is not ours to
 * use: a table keyed by task tells who is in which group.
 */
#include <sem/sem_undo.hpp>

#include <base/assert.hpp>
#include <mem/address_map.hpp>
#include <mem/heap.hpp>
#include <os/kernel.hpp>
#include <os/task.hpp>
#include <sem/sem_wakeup.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

struct UndoRecords : Pinned {
    List<SemUndo, GroupOfUndo> list; /* the one used last comes first */
};

class UndoGroup : public RcuCounted {
public:
    Guarded<UndoRecords, UndoGroupLock> records;
    u32 members { 1 }; /* under the registry's lock */
};

namespace {

/* That a task is in a group. */
struct Membership : public RcuCounted, public kapi_addressed {
    Membership(const kapi_task* task, Ref<UndoGroup> joined) noexcept
        : kapi_addressed { {}, task },
          group(move(joined))
    {
    }
    Ref<UndoGroup> group;
};

/* Lookups run under RCU; the lock is for the groups' numbers of members. */
struct Registry : Pinned {
    static void destroy(Registry* registry) noexcept { heap_destroy(registry); }

    AddressMap memberships;
    Guarded<Unit, UndoRegistryLock> lock;
};

constinit Registry* registry = nullptr;

/* Under RCU; nullptr: the task is in no group. */
Membership* membership_of(const kapi_task* task) noexcept
{
    return static_cast<Membership*>(registry->memberships.find(task));
}

/* Only the task itself, or its parent before it runs, joins and leaves: its group stays. */
UndoGroup* current_group() noexcept
{
    const RcuGuard guard;
    const Membership* membership = membership_of(CurrentTask::identity());
    return membership ? &*membership->group : nullptr;
}

/* Errors: ENOMEM, or what AddressMap::insert() has. */
Result<void> join(Result<Ref<Membership>> created) noexcept
{
    Ref<Membership> membership = TRY(move(created));
    TRY(registry->memberships.insert(*membership));
    static_cast<void>(membership.release()); /* now the registry's */
    return {};
}

Result<UndoGroup*> join_new_group() noexcept
{
    const kapi_task* task = CurrentTask::identity();
    Ref<UndoGroup> group = TRY(Ref<UndoGroup>::create(0));
    UndoGroup& joined = *group;
    TRY(join(Ref<Membership>::create(0, task, move(group))));
    return &joined;
}

/* In the parent, atomic: without memory the child shares nothing, which a log line tells. */
Result<void> join_child(const kapi_task* child) noexcept
{
    UndoGroup* group = current_group();
    if (!group) {
        const kapi_task* parent = CurrentTask::identity();
        Ref<UndoGroup> created = TRY(Ref<UndoGroup>::create_atomic());
        group = &*created;
        TRY(join(Ref<Membership>::create_atomic(parent, move(created))));
    }
    Ref<UndoGroup> shared = TRY(Ref<UndoGroup>::try_get(*group));
    TRY(join(Ref<Membership>::create_atomic(child, move(shared))));
    auto lock = registry->lock.lock();
    ++group->members;
    return {};
}

/* One record: out of both lists, and all its adjustments made. */
void take_back_one(SemUndo& undo, UndoGroup& group, WakeList& wakes) noexcept
{
    SemSet& set = undo.set();
    const auto for_each = [&](auto&& each) {
        undo.for_each_touched([&](u32 number, i32) { each(number); });
    };
    SemLock lock { set, for_each };
    if (undo.is_ended())
        return; /* the set was removed meanwhile */
    undo.end();
    lock.state().undo.remove(undo);
    {
        auto records = group.records.lock();
        records->list.remove(undo);
    }
    const Ref<SemUndo> dropped = Ref<SemUndo>::adopt(undo);
    undo.for_each_touched([&](u32 number, i32 adjustment) {
        if (adjustment == 0)
            return;
        SemaphoreState& semaphore = set.at(number, lock);
        semaphore.value = value_after_undo(semaphore.value, adjustment);
        semaphore.last_changer.note(CurrentTask::process());
    });
    serve_changed(set, lock, for_each, Counts::AsOperation, wakes);
}

void take_back(UndoGroup& group) noexcept
{
    for (;;) {
        WakeList wakes;
        const RcuGuard guard; /* what was in the list a moment ago still exists */
        SemUndo* undo = nullptr;
        {
            auto records = group.records.lock();
            undo = records->list.first();
        }
        if (!undo)
            return;
        take_back_one(*undo, group, wakes);
    }
}

} // namespace

bool is_in_undo_group() noexcept
{
    const RcuGuard guard;
    return membership_of(CurrentTask::identity()) != nullptr;
}

void leave_undo() noexcept
{
    Membership* membership = nullptr;
    {
        const RcuGuard guard;
        membership = membership_of(CurrentTask::identity());
    }
    if (!membership)
        return;
    static_cast<void>(invariant(registry->memberships.remove(*membership)));
    const Ref<Membership> dropped = Ref<Membership>::adopt(*membership);
    bool is_last = false;
    {
        auto lock = registry->lock.lock();
        is_last = --membership->group->members == 0;
    }
    if (is_last)
        take_back(*membership->group);
}

void share_undo(const kapi_task* child) noexcept
{
    if (join_child(child).ok())
        return;
    LogLine line;
    log_error(line.string("no memory to share SEM_UNDO with a new task"));
}

namespace {

/*
 * Under the lock of the group's records.  By the set itself: ids repeat in other namespaces, where the
 * task may have gone unseen.
 */
SemUndo* find_record(UndoRecords& records, const SemSet& set) noexcept
{
    SemUndo* undo = records.list.first();
    while (undo && &undo->set() != &set)
        undo = records.list.next(*undo);
    if (undo && undo != records.list.first()) {
        records.list.remove(*undo);
        records.list.push_front(*undo);
    }
    return undo;
}

} // namespace

SemUndo* find_current_undo(const SemSet& set) noexcept
{
    const Membership* membership = membership_of(CurrentTask::identity());
    if (!membership) [[unlikely]]
        return nullptr;
    auto records = membership->group->records.lock();
    return find_record(*records, set);
}

Result<Ref<SemUndo>> current_undo(IpcNamespace& ns, IpcId id) noexcept
{
    UndoGroup* group = current_group();
    if (!group)
        group = TRY(join_new_group());
    const Ref<SemSet> set = TRY(SemSet::hold(ns, id));
    {
        auto records = group->records.lock();
        if (SemUndo* undo = find_record(*records, *set))
            return Ref<SemUndo>::try_get(*undo);
    }
    Ref<SemUndo> created = TRY(SemUndo::create(*set, *group));
    SemLock lock { *set, [](auto&&) { /* no semaphore, just the set */ } };
    if (set->is_removed())
        return Errno::Removed;
    auto records = group->records.lock();
    if (SemUndo* undo = find_record(*records, *set))
        return Ref<SemUndo>::try_get(*undo);
    Ref<SemUndo> result = TRY(Ref<SemUndo>::try_get(*created));
    lock.state().undo.push_front(*created);
    records->list.push_front(*created);
    static_cast<void>(created.release()); /* now the lists' */
    return result;
}

void end_all_undo(SemLock& lock) noexcept
{
    while (SemUndo* undo = lock.state().undo.pop_front()) {
        undo->end();
        {
            auto records = undo->group().records.lock();
            records->list.remove(*undo);
        }
        static_cast<void>(Ref<SemUndo>::adopt(*undo));
    }
}

Result<void> start_undo() noexcept
{
    Box<Registry> created = TRY(heap_create<Registry>());
    TRY(created->memberships.start());
    registry = created.release();
    return {};
}

void stop_undo() noexcept
{
    registry->memberships.stop([](kapi_addressed* addressed) {
        static_cast<void>(Ref<Membership>::adopt(*static_cast<Membership*>(addressed)));
    });
    Registry::destroy(exchange(registry, nullptr));
}

} // namespace sysvipc
