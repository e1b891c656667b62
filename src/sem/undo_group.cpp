// SPDX-License-Identifier: GPL-2.0
/*
 * Which tasks share undo records, and undoing their operations when the last of them leaves
 * (contracts: include/sem/sem_undo.hpp).
 *
 * A kernel without System V IPC has no field for this in a task, and a kernel with it uses the field
 * itself: a table keyed by task maps tasks to groups.
 */
#include <sem/sem_undo.hpp>

#include <base/assert.hpp>
#include <mem/address_map.hpp>
#include <mem/heap.hpp>
#include <mem/pair_map.hpp>
#include <os/log.hpp>
#include <os/task.hpp>
#include <sem/sem_wakeup.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

struct UndoRecords : Pinned {
    /*
     * The most recently used comes first: they are undone in this order, which sleepers can
     * observe.
     */
    List<SemUndo, GroupOfUndo> list;
};

class UndoGroup : public RcuCounted {
public:
    Guarded<UndoRecords, UndoGroupLock> records;
    /* Its tasks.  Only a member adds one, so that the number never grows again once it is 0. */
    Atomic<u32> members { 1 };
    /* The record used last, only for comparison: it may be gone.  Written under the lock. */
    Atomic<const SemUndo*> used_last { nullptr };
};

namespace {

/* A task's membership in a group. */
struct Membership : public RcuCounted, public kapi_addressed {
    Membership(kapi_task* joining, Ref<UndoGroup> joined) noexcept
        : kapi_addressed { {}, joining },
          task(joining),
          group(move(joined))
    {
    }
    const TaskRef task;
    const Ref<UndoGroup> group;
};

/* Lookups run under RCU. */
struct Registry : Pinned {
    static void destroy(Registry* registry) noexcept { heap_destroy(registry); }

    AddressMap memberships; /* by task */
    PairMap records; /* by group and set */
};

constinit Registry* registry = nullptr;

/* Under RCU; nullptr: the task is in no group. */
Membership* membership_of(const kapi_task* task) noexcept
{
    return static_cast<Membership*>(registry->memberships.find(task));
}

/* Only the task itself, or its parent before it runs, joins or leaves: its group stays. */
UndoGroup* current_group() noexcept
{
    const RcuGuard guard;
    const Membership* membership = membership_of(CurrentTask::identity());
    return membership ? &*membership->group : nullptr;
}

/* Errors: ENOMEM. */
Result<void> join(Result<Ref<Membership>> created) noexcept
{
    Ref<Membership> membership = TRY(move(created));
    if (!registry->memberships.insert(*membership).ok()) /* not EEXIST: the table cannot grow */
        return Errno::ENOMEM;
    membership.give_away(); /* now the registry's */
    return {};
}

Result<UndoGroup*> join_new_group() noexcept
{
    Ref<UndoGroup> group = TRY(Ref<UndoGroup>::create(0));
    UndoGroup& joined = *group;
    TRY(join(Ref<Membership>::create(0, CurrentTask::raw(), move(group))));
    return &joined;
}

/* In the parent, atomic: without memory the child shares nothing, which is logged. */
Result<void> join_child(kapi_task* child) noexcept
{
    UndoGroup* group = current_group();
    if (!group) {
        Ref<UndoGroup> created = TRY(Ref<UndoGroup>::create_atomic());
        group = &*created;
        TRY(join(Ref<Membership>::create_atomic(CurrentTask::raw(), move(created))));
    }
    Ref<UndoGroup> shared = TRY(Ref<UndoGroup>::try_get(*group));
    TRY(join(Ref<Membership>::create_atomic(child, move(shared))));
    static_cast<void>(group->members.add(1));
    return {};
}

/* Unlinks @undo from all but its set's list.  Returns the lists' reference. */
Ref<SemUndo> end_record(SemUndo& undo) noexcept
{
    undo.end();
    static_cast<void>(invariant(registry->records.remove(undo)));
    auto records = undo.group().records.lock();
    records->list.remove(undo);
    return Ref<SemUndo>::adopt(undo);
}

/* Ends one record and applies all its adjustments. */
void take_back_one(SemUndo& undo, WakeList& wakes) noexcept
{
    SemSet& set = undo.set();
    const auto for_each = [&](auto&& each) {
        undo.for_each_touched([&](u32 number, i32) { each(number); });
    };
    SemLock lock { set, for_each };
    if (undo.is_ended())
        return; /* the set was removed meanwhile */
    lock.state().undo.remove(undo);
    const Ref<SemUndo> dropped = end_record(undo);
    undo.for_each_touched([&](u32 number, i32 adjustment) {
        if (adjustment == 0)
            return;
        SemaphoreState& semaphore = set.at(number, lock);
        semaphore.value = value_after_undo(semaphore.value, adjustment);
        semaphore.last_changer.note(CurrentTask::process());
    });
    serve_changed(set, lock, for_each, Counts::AsOperation, wakes);
}

/* Under RCU; nullptr: all have ended. */
SemUndo* first_record(UndoGroup& group) noexcept
{
    auto records = group.records.lock();
    return records->list.first();
}

/* Returns whether there was one: there may be more. */
bool take_back_first(UndoGroup& group) noexcept
{
    WakeList wakes;
    const RcuGuard guard; /* keeps what was just found in the list */
    SemUndo* undo = first_record(group);
    if (!undo)
        return false;
    take_back_one(*undo, wakes);
    return true;
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
    UndoGroup& group = *membership->group;
    if (group.members.add(-1u) != 0)
        return;
    while (take_back_first(group))
        CurrentTask::give_way();
}

void share_undo(kapi_task* child) noexcept
{
    if (join_child(child).ok())
        return;
    log_error_rarely("no memory to share SEM_UNDO with a new task");
}

namespace {

[[gnu::noinline]] void note_use(UndoGroup& group, SemUndo& undo) noexcept
{
    using Node = ListNode<SemUndo, GroupOfUndo>;

    auto records = group.records.lock();
    if (!static_cast<const Node&>(undo).is_linked())
        return; /* it has just ended */
    records->list.remove(undo);
    records->list.push_front(undo);
    group.used_last.store_relaxed(&undo);
}

} // namespace

SemUndo* find_current_undo(const SemSet& set) noexcept
{
    const Membership* membership = membership_of(CurrentTask::identity());
    if (!membership) [[unlikely]]
        return nullptr;
    UndoGroup& group = *membership->group;
    auto* undo = static_cast<SemUndo*>(registry->records.find(&group, &set));
    if (undo && group.used_last.load_relaxed() != undo) [[unlikely]]
        note_use(group, *undo);
    return undo;
}

/* Threads of one group may do so at the same time: the second uses the first one's record. */
Result<Ref<SemUndo>> make_current_undo(SemSet& set) noexcept
{
    UndoGroup* group = current_group();
    if (!group)
        group = TRY(join_new_group());
    Ref<SemUndo> created = TRY(SemUndo::create(set, *group));
    const RcuGuard guard;
    SemLock lock { set, [](auto&&) { /* no semaphore, just the set */ } };
    if (set.is_removed())
        return Errno::EIDRM;
    if (SemUndo* undo = find_current_undo(set))
        return Ref<SemUndo>::try_get(*undo);
    Ref<SemUndo> result = TRY(Ref<SemUndo>::try_get(*created));
    if (!registry->records.insert(*created).ok())
        return Errno::ENOMEM;
    lock.state().undo.push_front(*created);
    {
        auto records = group->records.lock();
        records->list.push_front(*created);
        group->used_last.store_relaxed(&*created);
    }
    created.give_away(); /* now the lists' */
    return result;
}

void end_all_undo(SemLock& lock) noexcept
{
    while (SemUndo* undo = lock.state().undo.pop_front())
        static_cast<void>(end_record(*undo));
}

Result<void> start_undo() noexcept
{
    Box<Registry> created = TRY(heap_create<Registry>());
    TRY(created->memberships.start());
    if (Result<void> started = created->records.start(); !started.ok()) {
        created->memberships.stop([](kapi_addressed*) {});
        return started.error();
    }
    registry = created.release();
    return {};
}

void stop_undo() noexcept
{
    registry->memberships.stop([](kapi_addressed* addressed) {
        Ref<Membership>::drop(*static_cast<Membership*>(addressed));
    });
    registry->records.stop();
    Registry::destroy(exchange(registry, nullptr));
}

} // namespace sysvipc
