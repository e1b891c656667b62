// SPDX-License-Identifier: GPL-2.0
/* Start-up of security module and audit hooks: the module calls all of their functions, or none. */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * A log line names what the kernel has and does not let us call.
 * Errors: ENOMEM; EOPNOTSUPP where something is missing and require_lsm=1.  Sleeps.
 */
[[nodiscard]] Result<void> start_security() noexcept;

} // namespace sysvipc
