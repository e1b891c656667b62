// SPDX-License-Identifier: GPL-2.0
/* Sysctls: a group of numeric files in one directory below /proc/sys. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/sysctl.h>

namespace sysvipc {

using SysctlFile = kapi_sysctl;

class Sysctls : Pinned {
public:
    constexpr Sysctls() = default;

    /* @files must outlive it.  Errors: ENOMEM for any failure.  Sleeps. */
    template <usize N>
    [[nodiscard]] Result<void> start(const char* directory, const SysctlFile (&files)[N]) noexcept
    {
        sysctls_ = host_sysctls_start(directory, files, N);
        if (!sysctls_)
            return Errno::ENOMEM;
        return {};
    }
    /*
     * No-op if nothing was started.  False: a task inside does not leave; the names stay taken, but the
     * remaining files do not refer to the module.  Sleeps.
     */
    [[nodiscard]] bool stop() noexcept { return host_sysctls_stop(exchange(sysctls_, nullptr)); }

private:
    kapi_sysctls* sysctls_ { nullptr };
};

} // namespace sysvipc
