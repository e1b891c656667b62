// SPDX-License-Identifier: GPL-2.0
/*
 * Looks up the hooks of security modules and audit (contracts: include/entry/security.hpp).
 *
 * All hooks or none: without the creation hook, the others would look for a label that was never allocated.
 */
#include <entry/security.hpp>

#include <os/log.hpp>
#include <os/parameters.hpp>
#include <os/security.hpp>
#include <base/poison.hpp>

namespace sysvipc {

Result<void> start_security() noexcept
{
    TRY(SecurityFunctions::find());
    if (!SecurityFunctions::missing(0)) {
        SecurityFunctions::use();
        return {};
    }
    LogLine line = log_line("no checks by security modules and audit: cannot find");
    for (u32 number = 0; const char* name = SecurityFunctions::missing(number); ++number)
        line.string(" ").string(name);
    if (!Parameters::require_lsm()) {
        log_info(line);
        return {};
    }
    append(line, "; with require_lsm=1 the module is not loaded");
    log_error(line);
    return Errno::EOPNOTSUPP;
}

} // namespace sysvipc
