// SPDX-License-Identifier: GPL-2.0
/* Kernel: the configuration of the running kernel. */
#pragma once

#include <kapi/module.h>

namespace sysvipc {

struct Kernel {
    [[nodiscard]] static bool has_sysvipc() noexcept { return kapi_kernel_has_sysvipc(); }
    [[nodiscard]] static bool has_ia32() noexcept { return kapi_kernel_has_ia32(); }
    /* Times of 32 bits in the calls of 32-bit programs. */
    [[nodiscard]] static bool has_time32() noexcept { return kapi_kernel_has_time32(); }
};

} // namespace sysvipc
