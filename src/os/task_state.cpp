// SPDX-License-Identifier: GPL-2.0
/* The map of task states (contracts: include/os/task_state.hpp). */
#include <os/task_state.hpp>

#include <base/assert.hpp>
#include <mem/address_map.hpp>
#include <mem/heap.hpp>
#include <mem/lasting.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct States : Pinned {
    static void destroy(States* states) noexcept { heap_destroy(states); }

    AddressMap by_task;
};

constinit Lasting<States> states;

} // namespace

Result<void> TaskState::start() noexcept
{
    Box<States> created = TRY(heap_create<States>());
    TRY(created->by_task.start());
    states.keep(move(created));
    return {};
}

void TaskState::stop() noexcept
{
    states->by_task.stop([](kapi_addressed* addressed) {
        Ref<TaskState>::drop(*static_cast<TaskState*>(addressed));
    });
    states.end();
}

TaskState* TaskState::find_current() noexcept
{
    return static_cast<TaskState*>(states->by_task.find(CurrentTask::identity()));
}

TaskState* TaskState::current() noexcept
{
    const RcuGuard guard;
    return find_current();
}

Result<TaskState*> TaskState::add(Result<Ref<TaskState>> created) noexcept
{
    Ref<TaskState> state = TRY(move(created));
    if (!states->by_task.insert(*state).ok()) /* the map cannot grow; EEXIST cannot happen */
        return Errno::ENOMEM;
    return &state.give_away(); /* now the map's */
}

Result<TaskState*> TaskState::current_or_new() noexcept
{
    if (TaskState* state = current())
        return state;
    return add(Ref<TaskState>::create(0, CurrentTask::raw()));
}

Result<TaskState*> TaskState::current_or_new_atomic() noexcept
{
    if (TaskState* state = current())
        return state;
    return add(Ref<TaskState>::create_atomic(CurrentTask::raw()));
}

Result<TaskState*> TaskState::add_for(kapi_task* child) noexcept
{
    return add(Ref<TaskState>::create_atomic(child));
}

void TaskState::remove(TaskState& state) noexcept
{
    static_cast<void>(invariant(states->by_task.remove(state)));
    Ref<TaskState>::drop(state);
}

void TaskState::visit(void (*each)(TaskState&) noexcept) noexcept
{
    using Each = void (*)(TaskState&) noexcept;

    states->by_task.visit(
        [](kapi_addressed* addressed, void* context) noexcept {
            (*static_cast<const Each*>(context))(*static_cast<TaskState*>(addressed));
        },
        &each);
}

} // namespace sysvipc
