// SPDX-License-Identifier: GPL-2.0
/* Kernel: the configuration of the running kernel, and the functions that it does not export. */
#pragma once

#include <base/result.hpp>
#include <host/registers.h>
#include <host/unlisted.h>
#include <kapi/module.h>

namespace sysvipc {

struct Kernel {
    /*
     * Finds the functions that the kernel does not export; call before all else.
     * Errors: ENOENT, @missing is then the function's name; ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> find_functions(const char*& missing) noexcept
    {
        return from_kernel(host_unlisted_find(&missing));
    }
    [[nodiscard]] static bool has_sysvipc() noexcept { return kapi_kernel_has_sysvipc(); }
    [[nodiscard]] static bool has_compat() noexcept { return host_kernel_has_compat(); }
    /* True with PREEMPT_RT: spinlocks sleep. */
    [[nodiscard]] static constexpr bool is_realtime() noexcept { return KAPI_PREEMPT_RT != 0; }
    /* Whether 32-bit programs may pass 32-bit times. */
    [[nodiscard]] static bool has_time32() noexcept { return kapi_kernel_has_time32(); }
};

} // namespace sysvipc
