// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading.
 *
 * Loading starts the parts in order of dependence and, if one fails, stops those started before.  The
 * namespaces are opened last, so that no object exists before loading is certain to succeed.
 * Files are created last, when little can fail.  (On a kernel with System V IPC, loading can still fail
 * after that: open files in the kernel's directory are then closed forcibly.)
 * Unloading reverses the order.  The exit function cannot refuse it: while an object or an open /proc file
 * exists, the module is pinned, and the kernel does not call the exit function.
 *
 * Context: process, sleeps.
 */
#include <entry/call_gate.hpp>
#include <entry/interceptions.hpp>
#include <entry/security.hpp>
#include <entry/usage.hpp>
#include <mem/rcu_counted.hpp>
#include <msg/message.hpp>
#include <msg/msg_queue.hpp>
#include <ns/namespaces.hpp>
#include <os/armed.hpp>
#include <os/kernel.hpp>
#include <os/log.hpp>
#include <os/parameters.hpp>
#include <os/module.hpp>
#include <os/segment_file.hpp>
#include <os/task.hpp>
#include <os/task_state.hpp>
#include <proc/proc_files.hpp>
#include <sem/sem_undo.hpp>
#include <shm/shm_segment.hpp>
#include <sync/rcu.hpp>
#include <sysctl/limit_files.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

Result<void> start_namespaces() noexcept
{
    return Namespaces::start([](IpcNamespace& ns) noexcept {
        remove_all_queues(ns);
        remove_all_sets(ns);
        remove_all_segments(ns);
    });
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
 * Checks that the kernel has no objects of its own, which would be out of reach while the module serves.
 * Called before interception, and again once creators wait (entry/serve.hpp).  Errors: EBUSY.
 */
Result<void> check_kernel() noexcept
{
    if (Parameters::force() || IpcNsHandle::builtin_use() != IpcNsHandle::BuiltinUse::Objects)
        return {};
    log_error("the kernel's own System V IPC has objects, which would be out of reach: remove "
              "them (ipcs -a), or load with force=1");
    return Errno::EBUSY;
}

/* Waits for tasks between an intercepted call's entry and the lock under which it creates an object. */
constinit AllTasksWait makers;

/*
 * All System V IPC calls wait meanwhile, and users can delay both conditions: a task that stays in the
 * kernel delays the first, a task waiting for a page of its memory the second.  The timeout of those
 * calls also ends this wait.
 */
Result<void> check_kernel_again() noexcept
{
    constexpr u32 kPollMs = 10;

    if (!Kernel::has_sysvipc() || Parameters::force())
        return {};
    makers.begin();
    while (!makers.is_over() || IpcNsHandle::builtin_use() == IpcNsHandle::BuiltinUse::Changing) {
        if (Namespaces::is_given_up_as_late())
            return Errno::EBUSY;
        CurrentTask::sleep_ms(kPollMs);
    }
    return check_kernel();
}

/* Errors: ENOENT, ENOMEM. */
Result<void> find_functions() noexcept
{
    const char* missing = nullptr;
    Result<void> result = Kernel::find_functions(missing);
    if (missing)
        log_error("the kernel has no function ", missing);
    return result;
}

/* Errors: EINVAL. */
Result<void> check_parameters() noexcept
{
    if (are_means_known())
        return {};
    log_error("attach is auto, ftrace or kprobe");
    return Errno::EINVAL;
}

/* Errors: EINVAL, EOPNOTSUPP. */
Result<void> choose_namespaces() noexcept
{
    Result<void> chosen = IpcNsHandle::stand_in(Parameters::namespaces());
    if (!chosen.ok())
        log_error("namespaces=", Parameters::namespaces(),
                  chosen.error() == Errno::EINVAL
                      ? ": this kernel has no namespaces of that kind (mnt, uts, net)"
                      : ": this kernel has IPC namespaces, or System V IPC, of its own");
    return chosen;
}

Result<void> choose_id_layout() noexcept
{
    if (Parameters::ipcmni_extend())
        id_layout = kExtendedIds;
    return {};
}

Result<void> nothing_to_start() noexcept
{
    return {};
}

void nothing_to_stop() noexcept { }

/*
 * Precondition: the module does not serve, so no task that enters later stays inside.  The gate's grace
 * period also ends the reads that stop_usage() leaves to its caller.
 */
void empty_call_gate() noexcept
{
    constexpr u32 kPollMs = 10;

    makers.finish();
    call_gate.close();
    while (!call_gate.is_empty())
        CurrentTask::sleep_ms(kPollMs);
}

void start_report() noexcept
{
    UnloadReport::start([]() noexcept { return !call_gate.is_empty(); });
}

/* A part of the module; kParts lists them in order of dependence. */
struct Part {
    Result<void> (*start)() noexcept;
    void (*stop)() noexcept;
};
/* One part per line. */
// clang-format off
constexpr Part kParts[] {
    { find_functions, nothing_to_stop },
    { check_parameters, nothing_to_stop },
    { choose_namespaces, nothing_to_stop },
    { choose_id_layout, nothing_to_stop },
    { check_kernel, nothing_to_stop },
    { nothing_to_start, Armed::stop },
    { start_security, nothing_to_stop },
    { start_call_gate, stop_call_gate },
    { start_message_memory, stop_message_memory },
    { start_namespaces, Namespaces::stop },
    { nothing_to_start, wait_for_rcu_memory }, /* RCU frees nothing after this */
    { TaskState::start, TaskState::stop },
    { start_undo, stop_undo },
    { start_segments, stop_segments },
    { probe_segment_files, nothing_to_stop },
    { nothing_to_start, Namespaces::wait_for_ends },
    { nothing_to_start, stop_interceptions },
    { nothing_to_start, UnloadReport::stop },
    { nothing_to_start, empty_call_gate }, /* before stop_interceptions(), even if starting fails */
    { start_interceptions, nothing_to_stop },
    { start_usage, stop_usage },
    { nothing_to_start, Armed::stop_patrol },
    { check_kernel_again, nothing_to_stop },
    { start_proc_files, stop_proc_files },
    { start_limit_files, stop_limit_files },
    { Namespaces::commit, nothing_to_stop },
};
// clang-format on

/*
 * Returns false if a function cannot be restored: it still enters our code, so all earlier parts stay.
 */
[[nodiscard]] bool stop_parts(usize started) noexcept
{
    while (started > 0 && !Armed::stuck())
        kParts[--started].stop();
    return Armed::stuck() == nullptr;
}

void log_stuck() noexcept
{
    log_error("cannot restore ", Armed::stuck(),
              ": ftrace has shut down; the module's code stays until the next boot");
}

void log_end() noexcept
{
    log_info(Kernel::has_sysvipc() ? "unloaded: the kernel's own System V IPC serves again"
                                   : "unloaded: System V IPC calls fail with ENOSYS again");
}

} // namespace

} // namespace sysvipc

int sysvipc_module_init() noexcept
{
    using namespace sysvipc;
    usize started = 0;
    for (const Part& part : kParts) {
        if (Result<void> result = part.start(); !result.ok()) {
            Namespaces::give_up();
            if (stop_parts(started))
                return static_cast<int>(to_syscall(result.error()));
            /* On error the kernel would free the code: stay loaded forever, without serving. */
            log_stuck();
            ModulePin pin;
            if (pin.take().ok())
                pin.leak();
            return 0;
        }
        ++started;
    }
    open_interceptions();
    Namespaces::open();
    log_service();
    Armed::start_patrol();
    return 0;
}

void sysvipc_module_exit() noexcept
{
    using namespace sysvipc;
    Namespaces::close();
    start_report();
    if (!stop_parts(sizeof(kParts) / sizeof(kParts[0]))) {
        UnloadReport::stop();
        log_stuck();
        never_unload();
    }
    log_end();
}
