// SPDX-License-Identifier: GPL-2.0
/* Handling what happens to tasks (contracts: include/entry/task_events.hpp). */
#include <entry/task_events.hpp>

#include <os/armed.hpp>
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

bool has_share() noexcept
{
    return is_in_undo_group() || has_made_segments();
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

constexpr TaskWatch::Callbacks kCallbacks { begun, has_share, ended, unshared, entered };

/* The parameter attach= holds for what tells us of tasks as for the calls. */
u32 allowed_means() noexcept
{
    if (Kernel::is_to_attach("ftrace"))
        return KAPI_WATCH_DIRECT_CALLS;
    if (Kernel::is_to_attach("kprobe"))
        return KAPI_WATCH_KPROBES;
    return KAPI_WATCH_DIRECT_CALLS | KAPI_WATCH_KPROBES;
}

const char* name_of(u32 means) noexcept
{
    switch (means) {
    case KAPI_WATCH_DIRECT_CALLS:
        return "ftrace direct calls";
    case KAPI_WATCH_KPROBES:
        return "kprobes";
    default:
        return "ftrace direct calls or kprobes";
    }
}

void log_not_watching(const TaskWatch::Report& report, u32 means, Errno error) noexcept
{
    LogLine line;
    line.string("SEM_UNDO needs to see tasks begin and end: cannot hook ")
        .string(report.failed)
        .string(" by ")
        .string(name_of(means))
        .string(": ");
    log_error(append_error(line, error));
}

void log_not_seeing_leaving(const TaskWatch::Report& report, u32 means) noexcept
{
    LogLine line;
    line.string("unshare(2) and setns(2) will not let SEM_UNDO go: cannot hook them by ")
        .string(name_of(means))
        .string(": ");
    log_info(append_error(line, from_kernel(report.leaving_error)));
}

/* They can be registered while they are switched off, and are not hit then. */
Result<void> depend_on_probes() noexcept
{
    if (Armed::are_probes_hit()) {
        Armed::depends_on_probes(Armed::Dependent::Tasks);
        return {};
    }
    TaskWatch::stop();
    LogLine line;
    log_error(line.string("SEM_UNDO needs to see tasks begin and end: ").string(kProbesAreOff));
    return Errno::Busy;
}

} // namespace

Result<void> start_task_events() noexcept
{
    const u32 means = allowed_means();
    TaskWatch::Report report {};
    Result<void> watching = TaskWatch::start(kCallbacks, means, report);
    if (!watching.ok())
        log_not_watching(report, means, watching.error());
    else if (!report.sees_leaving)
        log_not_seeing_leaving(report, means);
    if (watching.ok() && report.by_probes)
        return depend_on_probes();
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

bool is_task_watch_empty() noexcept
{
    return TaskWatch::is_empty();
}

} // namespace sysvipc
