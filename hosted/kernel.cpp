// SPDX-License-Identifier: GPL-2.0
/* The kernel that the module is loaded into (contracts: hosted/kernel.hpp; host/module.h, intercept/armed.h). */
#include "kernel.hpp"

#include <cerrno>
#include <host/module.h>
#include <host/unlisted.h>
#include <intercept/armed.h>
#include <kapi/module.h>
#include <memory>

namespace hosted {

namespace {

std::unique_ptr<Kernel> present;
Audited told;
void (*patrol_look)() noexcept = nullptr;

} // namespace

Kernel& kernel() noexcept
{
    if (!present)
        present = std::make_unique<Kernel>();
    return *present;
}

void reset_kernel() noexcept
{
    present = std::make_unique<Kernel>();
    told = {};
}

void patrol() noexcept
{
    if (patrol_look)
        patrol_look();
}

Audited& audited() noexcept
{
    return told;
}

} // namespace hosted

using namespace hosted;

bool host_parameter_force()
{
    return kernel().force;
}

bool host_parameter_ipcmni_extend()
{
    return kernel().ipcmni_extend;
}

const char* host_parameter_namespaces()
{
    return kernel().namespaces;
}

const char* host_parameter_attach()
{
    return kernel().attach;
}

bool host_parameter_require_lsm()
{
    return kernel().require_lsm;
}

/* All that the module calls are linked: a test names the one that is not there. */
int host_unlisted_find(const char** missing)
{
    if (!kernel().missing_function)
        return 0;
    *missing = kernel().missing_function;
    return -ENOENT;
}

bool kapi_kernel_has_sysvipc()
{
    return kernel().has_sysvipc;
}

kapi_builtin_use host_ipc_ns_builtin_use()
{
    return kernel().builtin_use.load();
}

int intercept_ftrace_guard_start()
{
    return kernel().guard_error;
}

void intercept_ftrace_guard_stop() { }

bool intercept_ftrace_is_dead()
{
    return kernel().is_ftrace_dead.load();
}

int intercept_probe_trial_start()
{
    return kernel().trial_error;
}

void intercept_probe_trial_stop() { }

bool intercept_probe_trial_hits()
{
    return kernel().are_probes_hit.load();
}

void intercept_patrol_start(void (*look)() noexcept)
{
    patrol_look = look;
}

void intercept_patrol_stop()
{
    patrol_look = nullptr;
}
