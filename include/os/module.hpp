// SPDX-License-Identifier: GPL-2.0
/* ModulePin: a reference to the module; while one is held, rmmod fails because the module is in use. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/module.h>
#include <host/module.h>
#include <host/overdue.h>

namespace sysvipc {

/*
 * Whoever holds a pin while running in the module must also be counted as being inside (a system
 * call, a /proc operation): dropping the last pin lets unloading begin.
 */
class ModulePin : Pinned {
public:
    ModulePin() = default;
    ~ModulePin()
    {
        if (is_held_)
            drop();
    }

    /* Errors: ENOSYS when the module is on its way out, which is what the next call would get. */
    [[nodiscard]] Result<void> take() noexcept
    {
        if (!kapi_module_try_get())
            return Errno::ENOSYS;
        is_held_ = true;
        return {};
    }
    /* By whomever. */
    [[nodiscard]] static int count() noexcept { return kapi_module_references(); }
    /* What is held outlives this object, until drop(). */
    void leak() noexcept { is_held_ = false; }
    static void drop() noexcept { kapi_module_put(); }

private:
    bool is_held_ { false };
};

/* Instead of returning from unloading, where the code has to stay. */
[[noreturn]] inline void never_unload() noexcept
{
    host_module_never_return();
}

/* While it runs, the log explains a long wait: which tasks are still inside, if @is_inside is true. */
struct UnloadReport {
    static void start(bool (*is_inside)() noexcept) noexcept { host_overdue_start(is_inside); }
    /* Harmless where it was not started.  Sleeps. */
    static void stop() noexcept { host_overdue_stop(); }
};

} // namespace sysvipc
