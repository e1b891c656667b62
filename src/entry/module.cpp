// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading.
 *
 * Loading starts each part in the order of dependence and undoes what it did when one fails; the
 * namespace is opened last, so that no object exists before loading is certain to succeed.
 * Unloading is the reverse.  It cannot be refused here: while an object or an open /proc file
 * exists, the module is pinned, and the kernel does not come this far.
 *
 * Context: process, sleeps.
 */
#include <entry/call_gate.hpp>
#include <entry/system_calls.hpp>
#include <entry/task_events.hpp>
#include <mem/rcu_counted.hpp>
#include <msg/message.hpp>
#include <ns/ipc_namespace.hpp>
#include <os/kernel.hpp>
#include <proc/table_file.hpp>
#include <sem/sem_undo.hpp>
#include <shm/shm_segment.hpp>
#include <sysctl/limit_files.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

Result<void> start_namespace() noexcept
{
    Box<IpcNamespace> ns = TRY(IpcNamespace::create());
    IpcNamespace::set_initial(ns.release());
    return {};
}

void stop_namespace() noexcept
{
    wait_for_rcu_memory(); /* objects that were never published are still charged to it */
    const auto ns = Box<IpcNamespace>::adopt(&IpcNamespace::current());
    IpcNamespace::set_initial(nullptr);
}

Result<void> start_call_gate() noexcept
{
    return call_gate.start();
}

void stop_call_gate() noexcept
{
    call_gate.stop();
}

/*
 * Objects made by built-in code would be out of reach while the module serves the calls.
 * Errors: EBUSY.
 */
Result<void> check_kernel() noexcept
{
    if (!Kernel::has_sysvipc() || Kernel::is_forced())
        return {};
    LogLine line;
    log_error(line.string("this kernel has System V IPC of its own; force=1 takes its calls over"));
    return Errno::Busy;
}

/* Errors: EINVAL. */
Result<void> check_parameters() noexcept
{
    if (is_way_to_attach_known())
        return {};
    LogLine line;
    log_error(line.string("attach is auto, ftrace or kprobe"));
    return Errno::Invalid;
}

void nothing_to_stop() noexcept { }

/* On failure some calls may have been hooked for a moment, with tasks inside now. */
Result<void> start_system_calls() noexcept
{
    Result<void> attached = attach_system_calls();
    if (!attached.ok())
        call_gate.wait_until_empty();
    return attached;
}

void stop_system_calls() noexcept
{
    detach_system_calls();
    call_gate.wait_until_empty();
}

/* What the module is made of, in the order of dependence. */
struct Part {
    Result<void> (*start)() noexcept;
    void (*stop)() noexcept;
};
constexpr Part kParts[] {
    { check_parameters, nothing_to_stop },
    { check_kernel, nothing_to_stop },
    { start_call_gate, stop_call_gate },
    { start_rcu_memory, drain_rcu_memory },
    { start_message_memory, stop_message_memory },
    { start_namespace, stop_namespace },
    { start_undo, stop_undo },
    { start_segments, stop_segments },
    { start_task_events, stop_task_events },
    { start_limit_files, stop_limit_files },
    { start_proc_files, stop_proc_files },
    { start_system_calls, stop_system_calls },
};

void stop_parts(usize started) noexcept
{
    while (started > 0)
        kParts[--started].stop();
}

} // namespace

} // namespace sysvipc

int sysvipc_module_init() noexcept
{
    using namespace sysvipc;
    usize started = 0;
    for (const Part& part : kParts) {
        if (Result<void> result = part.start(); !result.ok()) {
            stop_parts(started);
            return static_cast<int>(to_syscall(result.error()));
        }
        ++started;
    }
    IpcNamespace::current().open();
    return 0;
}

void sysvipc_module_exit() noexcept
{
    using namespace sysvipc;
    stop_parts(sizeof(kParts) / sizeof(kParts[0]));
}
