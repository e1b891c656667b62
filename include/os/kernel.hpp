// SPDX-License-Identifier: GPL-2.0
/* Kernel: the configuration of the running kernel. */
#pragma once

#include <kapi/module.h>

namespace sysvipc {

struct Kernel {
    [[nodiscard]] static bool has_sysvipc() noexcept { return kapi_kernel_has_sysvipc(); }
    [[nodiscard]] static bool has_compat() noexcept { return kapi_kernel_has_compat(); }
    /* Whether 32-bit programs may pass 32-bit times. */
    [[nodiscard]] static bool has_time32() noexcept { return kapi_kernel_has_time32(); }
};

} // namespace sysvipc
