// SPDX-License-Identifier: GPL-2.0
/*
 * host, intercept: the functions that only loading and unloading call (contracts: include/host/module.h,
 * include/intercept/overdue.h, watch.h), except those in kernel.cpp.
 */
#include <cstdlib>
#include <host/module.h>
#include <intercept/armed.h> /* intercept_stuck() */
#include <intercept/around.h>
#include <intercept/overdue.h>
#include <intercept/watch.h>

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

bool intercept_is_before_exit_files(const kapi_regs*) noexcept
{
    return true;
}

bool intercept_is_around_leaving(const kapi_regs*) noexcept
{
    return true;
}

bool intercept_is_around_copy_process(const kapi_regs*) noexcept
{
    return true;
}

/* Its address only: hosted::Process reports new tasks. */
void* const intercept_notice_task_newtask = nullptr;
