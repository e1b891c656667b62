// SPDX-License-Identifier: GPL-2.0
/* The parts of the module that a suite needs: started before it, stopped after it. */
#include <host/kunit.h>
#include <mem/rcu_counted.hpp>
#include <msg/message.hpp>
#include <os/kernel.hpp>
#include <base/poison.hpp>

int sysvipc_kunit_suite_start() noexcept
{
    using namespace sysvipc;
    const char* missing = nullptr;
    if (Result<void> found = Kernel::find_functions(missing); !found.ok())
        return static_cast<int>(to_syscall(found.error()));
    if (Result<void> started = start_message_memory(); !started.ok())
        return static_cast<int>(to_syscall(started.error()));
    return 0;
}

void sysvipc_kunit_suite_stop() noexcept
{
    using namespace sysvipc;
    stop_message_memory();
    wait_for_rcu_memory();
}
