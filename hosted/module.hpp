// SPDX-License-Identifier: GPL-2.0
/* The module as the kernel's loader sees it. */
#pragma once

#include <cstdint>

namespace hosted {

/* rmmod: false if somebody holds a reference; from then on none can be taken until the end. */
bool begin_unloading() noexcept;
void end_unloading() noexcept;

void seed_random(std::uint64_t seed) noexcept;
/* Whether the module's log lines are dropped. */
void be_quiet(bool quiet) noexcept;

} // namespace hosted
