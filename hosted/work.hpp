// SPDX-License-Identifier: GPL-2.0
/* The workqueue: one task, which runs work items one after the other. */
#pragma once

namespace hosted {

void start_worker() noexcept;
void stop_worker() noexcept; /* scheduled work runs first */

} // namespace hosted
