// SPDX-License-Identifier: GPL-2.0
/* The trace events, for tests that listen to them. */
#pragma once

#include <string>
#include <vector>

namespace hosted {

void listen_to_events() noexcept;
/* The events so far, as "name number...". */
std::vector<std::string> stop_listening() noexcept;

} // namespace hosted
