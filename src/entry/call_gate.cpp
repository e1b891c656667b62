// SPDX-License-Identifier: GPL-2.0
/* The gate that all calls pass through (contracts: include/entry/call_gate.hpp). */
#include <entry/call_gate.hpp>

#include <base/poison.hpp>

namespace sysvipc {

constinit CallGate call_gate;

} // namespace sysvipc
