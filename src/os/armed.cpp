// SPDX-License-Identifier: GPL-2.0
/* Monitors ftrace and kprobes (contracts: include/os/armed.hpp). */
#include <os/armed.hpp>

#include <os/log.hpp>
#include <os/module.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* Written while loading, and by the one worker. */
constinit bool were_probes_hit = true;
constinit bool was_ftrace_dead = false;
constinit bool is_guarded = false;
constinit bool is_trial_started = false;

/* The features lost when probes are not hit, without duplicates. */
constexpr u32 kMostLosses = 8;
constinit const char* losses[kMostLosses] {};
constinit u32 loss_count = 0;

bool is_noted(const char* loss) noexcept
{
    for (u32 i = 0; i < loss_count; ++i) {
        if (__builtin_strcmp(losses[i], loss) == 0)
            return true;
    }
    return false;
}

void log_losses() noexcept
{
    LogLine all;
    for (u32 i = 0; i < loss_count; ++i)
        all.string(i > 0 ? "; " : "").string(losses[i]);
    log_error(kProbesAreOff, ": ", all);
}

void look_at_probes() noexcept
{
    const bool are_hit = loss_count == 0 || intercept_probe_trial_hits();
    if (are_hit == were_probes_hit)
        return;
    were_probes_hit = are_hit;
    if (!are_hit)
        return log_losses();
    log_info("kprobes are switched on again");
}

/* A dead ftrace leaves the kernel's code patched, so our landings must stay. */
void look_at_ftrace() noexcept
{
    if (was_ftrace_dead || !Armed::is_ftrace_dead())
        return;
    was_ftrace_dead = true;
    ModulePin pin;
    if (!pin.take().ok())
        return;
    pin.leak();
    log_error("ftrace has shut down after an internal error: the module cannot be unloaded before "
              "the next boot");
}

void look() noexcept
{
    look_at_probes();
    look_at_ftrace();
}

/* Errors: ENOMEM, or others of register_kprobe(); logged. */
Result<void> start_trial() noexcept
{
    const int status = intercept_probe_trial_start();
    is_trial_started = status == 0;
    if (is_trial_started)
        return {};
    const Errno error = from_kernel(status);
    log_error("cannot use kprobes: ", error);
    return error;
}

} // namespace

void Armed::log_ftrace_error(Errno error) noexcept
{
    if (error == Errno::EBUSY)
        log_error("ftrace is switched off (kernel.ftrace_enabled): nothing is intercepted");
    else
        log_error("cannot use ftrace: ", error);
}

Result<void> Armed::guard_ftrace() noexcept
{
    if (is_guarded)
        return {};
    const int status = intercept_ftrace_guard_start();
    is_guarded = status == 0;
    if (is_guarded)
        return {};
    log_ftrace_error(from_kernel(status));
    return from_kernel(status);
}

void Armed::stop() noexcept
{
    if (exchange(is_trial_started, false))
        intercept_probe_trial_stop();
    if (exchange(is_guarded, false))
        intercept_ftrace_guard_stop();
}

Result<void> Armed::require_probes() noexcept
{
    if (!is_trial_started)
        TRY(start_trial());
    if (intercept_probe_trial_hits())
        return {};
    log_error("cannot use kprobes: ", kProbesAreOff);
    return Errno::EBUSY;
}

void Armed::depends_on_probes(const char* loss) noexcept
{
    if (loss_count < kMostLosses && !is_noted(loss))
        losses[loss_count++] = loss;
}

void Armed::start_patrol() noexcept
{
    look();
    intercept_patrol_start(look);
}

void Armed::stop_patrol() noexcept
{
    intercept_patrol_stop();
}

} // namespace sysvipc
