// SPDX-License-Identifier: GPL-2.0
/* The layout of all identifiers, chosen before the first one is allocated. */
#pragma once

#include <rules/ipc_id.hpp>

namespace sysvipc {

inline constinit IdLayout id_layout = kStandardIds;

} // namespace sysvipc
