// SPDX-License-Identifier: GPL-2.0
/* The answers of security modules. */
#pragma once

namespace hosted {

/* Asked by each hook with its name, such as "queue_send"; returns 0 or -errno.  nullptr: always 0. */
using Verdict = int (*)(const char* hook);
void set_verdict(Verdict verdict) noexcept;

} // namespace hosted
