// SPDX-License-Identifier: GPL-2.0
/* Handling what happens to tasks (contracts: include/entry/task_events.hpp). */
#include <entry/task_events.hpp>

#include <os/kernel.hpp>
#include <os/task_watch.hpp>
#include <sem/sem_undo.hpp>
#include <shm/segment_creator.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

void begun(kapi_task* child, unsigned long clone_flags) noexcept
{
    if (clone_flags & KAPI_CLONE_SYSVSEM)
        share_undo(child);
}

/* Semaphores first, as Linux has it. */
void ended() noexcept
{
    leave_undo();
    leave_segments();
}

void unshared(unsigned long flags) noexcept
{
    if (flags & (KAPI_CLONE_SYSVSEM | KAPI_CLONE_NEWIPC))
        leave_undo();
    if (flags & KAPI_CLONE_NEWIPC)
        leave_segments();
}

/* The segments it has made stay its own, wherever it goes. */
void entered(unsigned long flags) noexcept
{
    if (flags & KAPI_CLONE_NEWIPC)
        leave_undo();
}

constexpr TaskWatch::Callbacks kCallbacks { begun, ended, unshared, entered };

} // namespace

Result<void> start_task_events() noexcept
{
    bool sees_leaving = false;
    Result<void> watching = TaskWatch::start(kCallbacks, sees_leaving);
    LogLine line;
    if (!watching.ok())
        log_error(line.string("cannot watch tasks end, which SEM_UNDO needs"));
    else if (!sees_leaving)
        log_info(
            line.string("cannot watch unshare(2) and setns(2): SEM_UNDO is not let go by them"));
    return watching;
}

void stop_task_events() noexcept
{
    TaskWatch::stop();
}

} // namespace sysvipc
