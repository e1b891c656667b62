// SPDX-License-Identifier: GPL-2.0
/* ModulePin: a reference to the module; while one is held, rmmod fails because the module is in use. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/module.h>
#include <host/module.h>
#include <intercept/overdue.h>

namespace sysvipc {

/*
 * A task inside the module that holds a pin must also be counted as inside (a system call, a /proc
 * operation): dropping the last pin lets unloading begin.
 */
class ModulePin : Pinned {
public:
    ModulePin() = default;
    ~ModulePin()
    {
        if (is_held_)
            drop();
    }

    /* Errors: ENOSYS (the module is being unloaded; later system calls fail with it, too). */
    [[nodiscard]] Result<void> take() noexcept
    {
        if (!kapi_module_try_get())
            return Errno::ENOSYS;
        is_held_ = true;
        return {};
    }
    /* All references to the module. */
    [[nodiscard]] static int count() noexcept { return kapi_module_references(); }
    /* The pin outlives this object, until drop(). */
    void leak() noexcept { is_held_ = false; }
    static void drop() noexcept { kapi_module_put(); }

private:
    bool is_held_ { false };
};

/* For the exit function, instead of returning, if the code must stay. */
[[noreturn]] inline void never_unload() noexcept
{
    host_module_never_return();
}

/* Between start and stop, the log names the tasks still inside, if @is_inside() is true. */
struct UnloadReport {
    static void start(bool (*is_inside)() noexcept) noexcept { intercept_overdue_start(is_inside); }
    /* No-op if it was not started.  Sleeps. */
    static void stop() noexcept { intercept_overdue_stop(); }
};

} // namespace sysvipc
