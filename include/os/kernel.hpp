// SPDX-License-Identifier: GPL-2.0
/* Kernel: the configuration of the running kernel, and what it lets modules use. */
#pragma once

#include <base/result.hpp>
#include <host/unlisted.h>
#include <kapi/module.h>

namespace sysvipc {

struct Kernel {
    /*
     * Finds functions that it does not export, before all else.  Errors: ENOENT, with the name of the one that is
     * @missing; ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> find_functions(const char*& missing) noexcept
    {
        return from_kernel(host_unlisted_find(&missing));
    }
    [[nodiscard]] static bool has_sysvipc() noexcept { return kapi_kernel_has_sysvipc(); }
    [[nodiscard]] static bool has_compat() noexcept { return kapi_kernel_has_compat(); }
    /* Whether it has PREEMPT_RT: spinlocks sleep. */
    [[nodiscard]] static constexpr bool is_realtime() noexcept { return KAPI_PREEMPT_RT != 0; }
    /* Whether 32-bit programs may pass 32-bit times. */
    [[nodiscard]] static bool has_time32() noexcept { return kapi_kernel_has_time32(); }
};

} // namespace sysvipc
