// SPDX-License-Identifier: GPL-2.0
/* Handlers of task events (contracts: include/intercept/watch.h). */
#include <entry/serve.hpp>
#include <intercept/watch.h>
#include <os/task_state.hpp>
#include <sem/sem_undo.hpp>
#include <shm/segment_creator.hpp>
#include <base/poison.hpp>

void sysvipc_task_begun(kapi_task* child, unsigned long clone_flags) noexcept
{
    if ((clone_flags & KAPI_CLONE_SYSVSEM) && sysvipc::Namespaces::is_serving())
        sysvipc::share_undo(child);
}

bool sysvipc_task_has_share() noexcept
{
    return sysvipc::TaskState::current() != nullptr;
}

/* Most tasks have no state and return after one lookup.  Semaphores first, as on Linux. */
void sysvipc_task_ended() noexcept
{
    using namespace sysvipc;
    TaskState* state = TaskState::current();
    if (!state) [[likely]]
        return;
    const Served served;
    if (!served)
        return; /* unloading drops the state */
    leave_undo(*state);
    leave_segments(*state);
    TaskState::remove(*state);
}

void sysvipc_task_unshared(unsigned long flags) noexcept
{
    using namespace sysvipc;
    TaskState* state = TaskState::current();
    if (!state)
        return;
    if (flags & (KAPI_CLONE_SYSVSEM | KAPI_CLONE_NEWIPC))
        leave_undo(*state);
    if (flags & KAPI_CLONE_NEWIPC)
        leave_segments(*state);
}

/* The task remains the creator of its segments, whichever namespace it enters. */
void sysvipc_task_entered(unsigned long flags) noexcept
{
    using namespace sysvipc;
    TaskState* state = TaskState::current();
    if (state && (flags & KAPI_CLONE_NEWIPC))
        leave_undo(*state);
}
