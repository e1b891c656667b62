// SPDX-License-Identifier: GPL-2.0
/* Parameters: the module's parameters (man/sysvipc.4). */
#pragma once

#include <host/module.h>

namespace sysvipc {

struct Parameters {
    /* force=1: take over from a kernel that has objects. */
    [[nodiscard]] static bool force() noexcept { return host_parameter_force(); }
    /* ipcmni_extend=1 */
    [[nodiscard]] static bool ipcmni_extend() noexcept { return host_parameter_ipcmni_extend(); }
    /* require_lsm=1: do not load if security modules or audit cannot be called. */
    [[nodiscard]] static bool require_lsm() noexcept { return host_parameter_require_lsm(); }
    /* namespaces=KIND; "" is the default. */
    [[nodiscard]] static const char* namespaces() noexcept { return host_parameter_namespaces(); }
    /* attach=@way; the default is auto. */
    [[nodiscard]] static bool is_attach(const char* way) noexcept
    {
        return __builtin_strcmp(host_parameter_attach(), way) == 0;
    }
};

} // namespace sysvipc
