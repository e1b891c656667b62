// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/limits: the limits of the opener's namespace: name, value, in use, highest so far in use, and the
 * number of calls that failed or waited because of it.  "-": the limit is for one call or object, without a total.
 */
#pragma once

#include <os/proc_file.hpp>

namespace sysvipc {

extern const kapi_proc_file kLimitsFile;

} // namespace sysvipc
