// SPDX-License-Identifier: GPL-2.0
/* Where functions of the kernel would enter the module. */
#pragma once

struct kapi_ipc_ns;

namespace hosted {

/* Whether the module has intercepted the function or tracepoint of this name. */
bool is_intercepted(const char* symbol) noexcept;
/* Set by whoever serves the ends of namespaces. */
extern void (*ipc_ns_ending)(kapi_ipc_ns* ns);
void notice_ipc_ns_ending(kapi_ipc_ns* ns) noexcept;

} // namespace hosted
