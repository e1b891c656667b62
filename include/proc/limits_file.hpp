// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/limits: the limits of the opener's namespace: name, value, in use, highest ever in use, and how
 * often a call has failed, or had to wait, because of it.  "-": the limit is for one call or object, so that nothing
 * adds up.
 */
#pragma once

#include <os/proc_file.hpp>

namespace sysvipc {

extern const kapi_proc_file kLimitsFile;

} // namespace sysvipc
