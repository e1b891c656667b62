// SPDX-License-Identifier: GPL-2.0
/*
 * host, intercept: what only loading and unloading call (contracts: include/host/module.h,
 * include/intercept/armed.h, overdue.h, watch.h).  Nobody here switches ftrace or kprobes off.
 */
#include "interception.hpp"

#include <atomic>
#include <cstdlib>
#include <host/module.h>
#include <intercept/armed.h>
#include <intercept/around.h>
#include <intercept/overdue.h>
#include <intercept/watch.h>

namespace {

std::atomic<bool> are_beginnings_watched { false };

} // namespace

namespace hosted {

bool is_beginning_watched() noexcept
{
    return are_beginnings_watched.load();
}

} // namespace hosted

void host_module_never_return()
{
    std::abort();
}

bool host_parameter_force()
{
    return false;
}

bool host_parameter_ipcmni_extend()
{
    return false;
}

const char* host_parameter_attach()
{
    return "auto";
}

bool host_parameter_require_lsm()
{
    return true;
}

void intercept_overdue_start(bool (*)(void) noexcept) { }

void intercept_overdue_stop() { }

int intercept_ftrace_guard_start()
{
    return 0;
}

void intercept_ftrace_guard_stop() { }

bool intercept_ftrace_is_dead()
{
    return false;
}

int intercept_probe_trial_start()
{
    return 0;
}

void intercept_probe_trial_stop() { }

bool intercept_probe_trial_hits()
{
    return true;
}

const char* intercept_stuck()
{
    return nullptr;
}

void intercept_patrol_start(void (*)(void) noexcept) { }

void intercept_patrol_stop() { }

void intercept_around_open() { }

int intercept_watch_beginnings()
{
    are_beginnings_watched.store(true);
    return 0;
}

/* No handler runs any more, as after a grace period. */
void intercept_watch_beginnings_end()
{
    are_beginnings_watched.store(false);
}

bool intercept_is_before_exit_files(const kapi_regs*) noexcept
{
    return true;
}

bool intercept_is_around_leaving(const kapi_regs*) noexcept
{
    return true;
}

bool intercept_notice_ipc_ns_ending(const kapi_regs*) noexcept
{
    return false;
}
