// SPDX-License-Identifier: GPL-2.0
/*
 * host, intercept: what only loading and unloading call (contracts: include/host/module.h,
 * include/intercept/overdue.h, watch.h), and what kernel.cpp has not.
 */
#include "interception.hpp"
#include "kernel.hpp"

#include <atomic>
#include <cstdlib>
#include <host/module.h>
#include <intercept/armed.h> /* intercept_stuck() */
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

void intercept_overdue_start(bool (*)(void) noexcept) { }

void intercept_overdue_stop() { }

const char* intercept_stuck()
{
    return nullptr;
}

void intercept_around_open() { }

int intercept_watch_beginnings()
{
    are_beginnings_watched.store(hosted::kernel().watch_error == 0);
    return hosted::kernel().watch_error;
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
