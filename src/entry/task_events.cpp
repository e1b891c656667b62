// SPDX-License-Identifier: GPL-2.0
/* Handlers of task events (contracts: include/entry/task_events.hpp, include/intercept/watch.h). */
#include <entry/task_events.hpp>

#include <entry/serve.hpp>
#include <os/log.hpp>
#include <os/task_watch.hpp>
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
    return sysvipc::is_in_undo_group() || sysvipc::has_made_segments();
}

/* Semaphores first, as on Linux. */
void sysvipc_task_ended() noexcept
{
    using namespace sysvipc;
    const Served served;
    if (!served)
        return; /* what it leaves ends with the module */
    leave_undo();
    leave_segments();
}

void sysvipc_task_unshared(unsigned long flags) noexcept
{
    using namespace sysvipc;
    if (flags & (KAPI_CLONE_SYSVSEM | KAPI_CLONE_NEWIPC))
        leave_undo();
    if (flags & KAPI_CLONE_NEWIPC)
        leave_segments();
}

/* The segments it has created stay its own, whichever namespace it enters. */
void sysvipc_task_entered(unsigned long flags) noexcept
{
    if (flags & KAPI_CLONE_NEWIPC)
        sysvipc::leave_undo();
}

namespace sysvipc {

Result<void> start_task_events() noexcept
{
    Result<void> watching = TaskWatch::start();
    if (!watching.ok())
        log_error("cannot see new tasks, which SEM_UNDO needs: ", watching.error());
    return watching;
}

void open_task_events() noexcept
{
    TaskWatch::open();
}

void stop_task_events() noexcept
{
    TaskWatch::stop();
}

} // namespace sysvipc
