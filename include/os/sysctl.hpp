// SPDX-License-Identifier: GPL-2.0
/* Sysctls: a group of files of numbers in one directory below /proc/sys. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/sysctl.h>

namespace sysvipc {

using SysctlFile = kapi_sysctl;

class Sysctls : Pinned {
public:
    constexpr Sysctls() = default;

    /* @files outlive it.  Errors: ENOMEM for whatever the kernel dislikes.  Sleeps. */
    template <usize N>
    [[nodiscard]] Result<void> start(const char* directory, const SysctlFile (&files)[N]) noexcept
    {
        sysctls_ = kapi_sysctls_start(directory, files, N);
        if (!sysctls_)
            return Errno::NoMemory;
        return {};
    }
    /* Waits for those inside; harmless where nothing was started.  Sleeps. */
    void stop() noexcept { kapi_sysctls_stop(exchange(sysctls_, nullptr)); }

private:
    kapi_sysctls* sysctls_ { nullptr };
};

} // namespace sysvipc
