// SPDX-License-Identifier: GPL-2.0
/*
 * Groups of tasks that share undo records; the last task to leave undoes them
 * (contracts: include/sem/sem_undo.hpp).
 */
#include <sem/sem_undo.hpp>

#include <base/assert.hpp>
#include <mem/heap.hpp>
#include <mem/lasting.hpp>
#include <mem/pair_map.hpp>
#include <os/log.hpp>
#include <os/pid.hpp>
#include <os/task.hpp>
#include <os/task_state.hpp>
#include <os/trace.hpp>
#include <sem/sem_wakeup.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

struct UndoRecords : Pinned {
    /*
     * Most recently used first: records are undone in this order, which sleepers can observe.
     */
    List<SemUndo, GroupOfUndo> list;
};

class UndoGroup : public RcuCounted {
public:
    static constexpr TaskSlot kTaskSlot = TaskSlot::UndoGroup;

    explicit UndoGroup() noexcept { process.note(CurrentTask::process()); }

    Guarded<UndoRecords, UndoGroupLock> records;
    /* The process of the task that created the group; usually all tasks are its threads. */
    PidRef process;
    /*
     * The number of tasks, which own the group together.  Only a member adds a task, so the number
     * never grows again once it is 0.
     */
    Atomic<u32> members { 1 };
    /* The record used last, for comparison only: it may be freed.  Written under the lock. */
    Atomic<const SemUndo*> used_last { nullptr };
};

namespace {

/* By group and set; lookups run under RCU. */
struct Registry : Pinned {
    static void destroy(Registry* registry) noexcept { heap_destroy(registry); }

    PairMap records;
};

constinit Lasting<Registry> registry;

UndoGroup& join(TaskState& state, Ref<UndoGroup> created) noexcept
{
    UndoGroup& group = created.give_away(); /* now its members' */
    state.put(group);
    return group;
}

/* Errors: ENOMEM.  Sleeps. */
Result<UndoGroup*> current_group() noexcept
{
    TaskState* state = TRY(TaskState::current_or_new());
    if (auto* group = state->part<UndoGroup>())
        return group;
    Ref<UndoGroup> created = TRY(Ref<UndoGroup>::create(0));
    return &join(*state, move(created));
}

/* current_group() in atomic context. */
Result<UndoGroup*> current_group_atomic() noexcept
{
    TaskState* state = TRY(TaskState::current_or_new_atomic());
    if (auto* group = state->part<UndoGroup>())
        return group;
    Ref<UndoGroup> created = TRY(Ref<UndoGroup>::create_atomic());
    return &join(*state, move(created));
}

/* Runs in the parent, atomic.  Errors: ENOMEM: the child shares nothing; the caller logs this. */
Result<void> join_child(kapi_task* child) noexcept
{
    UndoGroup* group = TRY(current_group_atomic());
    TaskState* state = TRY(TaskState::add_for(child));
    static_cast<void>(group->members.add(1));
    state->put(*group);
    return {};
}

/*
 * Unlinks @undo, already removed from the list of its set, from the map and its group's list.  Precondition: @lock
 * holds the set's lock.  Returns the lists' reference.
 */
Ref<SemUndo> end_record(SemUndo& undo, SemLock& lock) noexcept
{
    --lock.state().undo_count;
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
    SemLock lock { set, SemRange::touched(undo) };
    if (undo.is_ended())
        return; /* another task has removed the set */
    const SemRange touched = SemRange::touched(undo);
    lock.state().undo.remove(undo);
    const Ref<SemUndo> dropped = end_record(undo, lock);
    for (const u32 number : touched) {
        const i32 adjustment = undo.adjustment(number);
        if (adjustment == 0)
            continue;
        SemaphoreState& semaphore = set.at(number, lock);
        semaphore.value = static_cast<i16>(value_after_undo(semaphore.value, adjustment));
        semaphore.last_changer.note(CurrentTask::process());
        if (Trace::sem_undone()) [[unlikely]]
            Trace::sem_undone(set.id(), number, adjustment, semaphore.value);
    }
    serve_changed(set, lock, touched, Counts::AsOperation, wakes);
}

/* nullptr: all have ended.  Call under RCU. */
SemUndo* first_record(UndoGroup& group) noexcept
{
    auto records = group.records.lock();
    return records->list.first();
}

/* Undoes one record.  Returns false if there was none. */
bool take_back_first(UndoGroup& group) noexcept
{
    WakeList wakes;
    const RcuGuard guard; /* keeps the record found in the list */
    SemUndo* undo = first_record(group);
    if (!undo)
        return false;
    take_back_one(*undo, wakes);
    return true;
}

} // namespace

void leave_undo(TaskState& state) noexcept
{
    auto* group = state.take<UndoGroup>();
    if (!group || group->members.add(-1u) != 0)
        return;
    while (take_back_first(*group))
        CurrentTask::give_way();
    Ref<UndoGroup>::drop(*group);
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
        return; /* the record has just ended */
    records->list.remove(undo);
    records->list.push_front(undo);
    group.used_last.store_relaxed(&undo);
}

} // namespace

SemUndo* find_current_undo(const SemSet& set) noexcept
{
    const TaskState* state = TaskState::find_current();
    if (!state) [[unlikely]]
        return nullptr;
    auto* group = state->part<UndoGroup>(); /* nullptr: no group; the lookup then finds no record */
    auto* undo = static_cast<SemUndo*>(registry->records.find(group, &set));
    if (undo && group->used_last.load_relaxed() != undo) [[unlikely]]
        note_use(*group, *undo);
    return undo;
}

/* If threads of one group race, the second uses the record of the first. */
Result<Ref<SemUndo>> make_current_undo(SemSet& set) noexcept
{
    UndoGroup* group = TRY(current_group());
    Ref<SemUndo> created = TRY(SemUndo::create(set, *group));
    const RcuGuard guard;
    SemLock lock { set, SemRange::none() };
    if (set.is_removed())
        return Errno::EIDRM;
    if (SemUndo* undo = find_current_undo(set))
        return Ref<SemUndo>::try_get(*undo);
    Ref<SemUndo> result = TRY(Ref<SemUndo>::try_get(*created));
    if (!registry->records.insert(*created).ok())
        return Errno::ENOMEM;
    lock.state().undo.push_front(*created);
    ++lock.state().undo_count;
    {
        auto records = group->records.lock();
        records->list.push_front(*created);
        group->used_last.store_relaxed(&*created);
    }
    created.give_away(); /* now owned by the lists */
    return result;
}

UndoHolder holder_of(const SemUndo& undo) noexcept
{
    const UndoGroup& group = undo.group();
    return { group.process, group.members.load_relaxed() };
}

void end_all_undo(SemLock& lock) noexcept
{
    while (SemUndo* undo = lock.state().undo.pop_front())
        static_cast<void>(end_record(*undo, lock));
}

Result<void> start_undo() noexcept
{
    Box<Registry> created = TRY(heap_create<Registry>());
    TRY(created->records.start());
    registry.keep(move(created));
    return {};
}

namespace {

/* Precondition: no set exists, so the group has no records. */
void leave_at_unload(UndoGroup& group) noexcept
{
    if (group.members.add(-1u) == 0)
        Ref<UndoGroup>::drop(group);
}

} // namespace

void stop_undo() noexcept
{
    TaskState::take_all<UndoGroup, leave_at_unload>();
    registry->records.stop();
    registry.end();
}

} // namespace sysvipc
