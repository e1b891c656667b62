// SPDX-License-Identifier: GPL-2.0
/* The handler for the end of an IPC namespace (contract: include/intercept/watch.h). */
#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <intercept/watch.h>
#include <ns/namespaces.hpp>
#include <base/poison.hpp>

ENTRY_POINT void sysvipc_before_ipc_ns_ending(unsigned long argument) noexcept
{
    using namespace sysvipc;
    if (const Served served; served)
        Namespaces::note_ending(IpcNsHandle::ending_identity(argument));
}
