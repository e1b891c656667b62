// SPDX-License-Identifier: GPL-2.0
/* The one gate that all calls pass (contracts: include/entry/call_gate.hpp). */
#include <entry/call_gate.hpp>

#include <base/poison.hpp>

namespace sysvipc {

constinit CallGate call_gate;

} // namespace sysvipc
