// SPDX-License-Identifier: GPL-2.0
/* The running task. */
#pragma once

#include <base/types.hpp>
#include <kapi/task.h>

namespace sysvipc {

struct CurrentTask {
    /* Tells tasks apart while they live; nothing is to be read through it. */
    [[nodiscard]] static const kapi_task* identity() noexcept { return kapi_task_current(); }
    /* To be handed to kapi. */
    [[nodiscard]] static kapi_task* raw() noexcept { return kapi_task_current(); }
    /* The process it belongs to; no reference is taken. */
    [[nodiscard]] static kapi_pid* process() noexcept
    {
        return kapi_task_tgid(kapi_task_current());
    }
    [[nodiscard]] static bool has_signal() noexcept { return kapi_task_signal_pending(); }
    /* In a long loop: lets others run where the kernel would not.  May sleep. */
    static void give_way() noexcept { kapi_task_resched(); }
    static void sleep_ms(u32 milliseconds) noexcept { kapi_task_sleep_ms(milliseconds); }
};

} // namespace sysvipc
