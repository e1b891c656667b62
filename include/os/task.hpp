// SPDX-License-Identifier: GPL-2.0
/* The current task. */
#pragma once

#include <base/types.hpp>
#include <kapi/task.h>

namespace sysvipc {

struct CurrentTask {
    /* Distinguishes tasks while they live; must not be dereferenced. */
    [[nodiscard]] static const kapi_task* identity() noexcept { return kapi_task_current(); }
    /* For kapi and host functions. */
    [[nodiscard]] static kapi_task* raw() noexcept { return kapi_task_current(); }
    /* The id of the task's process; takes no reference. */
    [[nodiscard]] static kapi_pid* process() noexcept
    {
        return kapi_task_tgid(kapi_task_current());
    }
    [[nodiscard]] static bool has_signal() noexcept { return kapi_task_signal_pending(); }
    /* Returns to user space only to end: a long loop may stop early. */
    [[nodiscard]] static bool is_being_killed() noexcept
    {
        return kapi_task_fatal_signal_pending();
    }
    /* For long loops: cond_resched().  May sleep. */
    static void give_way() noexcept { kapi_task_resched(); }
    static void sleep_ms(u32 milliseconds) noexcept { kapi_task_sleep_ms(milliseconds); }
    /* Ends early if a signal is pending. */
    static void sleep_interruptible_ms(u32 milliseconds) noexcept
    {
        kapi_task_sleep_interruptible_ms(milliseconds);
    }
};

/* Owns a reference to a task, so that the address is not reused while it lives. */
class TaskRef {
public:
    explicit TaskRef(kapi_task* task) noexcept : task_(task) { kapi_task_get(task); }
    TaskRef(TaskRef&& other) noexcept : task_(exchange(other.task_, nullptr)) { }
    TaskRef& operator=(TaskRef&&) = delete;
    ~TaskRef()
    {
        if (task_)
            kapi_task_put(task_);
    }

private:
    kapi_task* task_;
};

} // namespace sysvipc
