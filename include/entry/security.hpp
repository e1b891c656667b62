// SPDX-License-Identifier: GPL-2.0
/* Start-up of security module and audit hooks: the module uses all of them, or none. */
#pragma once

#include <base/result.hpp>

namespace sysvipc {

/*
 * Logs which functions the kernel has but does not let us call.
 * Errors: ENOMEM; EOPNOTSUPP if one is missing and require_lsm=1.  Sleeps.
 */
[[nodiscard]] Result<void> start_security() noexcept;

} // namespace sysvipc
