// SPDX-License-Identifier: GPL-2.0
/* The task that runs RCU callbacks. */
#pragma once

namespace hosted {

void start_rcu() noexcept;
void stop_rcu() noexcept; /* queued callbacks run first */

} // namespace hosted
