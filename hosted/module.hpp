// SPDX-License-Identifier: GPL-2.0
/* The module as the kernel's loader sees it. */
#pragma once

#include <cstdint>

namespace hosted {

/* rmmod: false if a reference is held; otherwise none can be taken until the end. */
bool begin_unloading() noexcept;
void end_unloading() noexcept;

void seed_random(std::uint64_t seed) noexcept;
/* Whether the module's log lines are not printed. */
void be_quiet(bool quiet) noexcept;
/* Whether a line with @part has been logged since the last forget_log(), printed or not. */
bool has_logged(const char* part) noexcept;
void forget_log() noexcept;

} // namespace hosted
