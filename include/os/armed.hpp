// SPDX-License-Identifier: GPL-2.0
/*
 * Armed: checks that the means of interception work while the module is loaded.  ftrace cannot be switched
 * off meanwhile.  kprobes can: the module detects this and logs it once each time, and logs their return.
 */
#pragma once

#include <base/result.hpp>
#include <intercept/armed.h>

namespace sysvipc {

class Armed {
public:
    /*
     * Keeps ftrace from being switched off.  Omit if another ftrace_ops of ours does so, as the removal of
     * each costs a grace period.  Logs a failure.
     * Errors: EBUSY, ENODEV, ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> guard_ftrace() noexcept;
    static void stop() noexcept; /* precondition: all functions are restored; sleeps */
    /* Logs that an ftrace_ops could not be registered. */
    static void log_ftrace_error(Errno error) noexcept;

    /*
     * Checks that registered probes are hit; the first call registers a test probe.  Logs a
     * failure.  Call only while loading.  Errors: EBUSY (switched off), ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> require_probes() noexcept;
    [[nodiscard]] static bool is_ftrace_dead() noexcept { return intercept_ftrace_is_dead(); }
    /* A function that could not be restored; nullptr: none.  If not nullptr, code and data must stay. */
    [[nodiscard]] static const char* stuck() noexcept { return intercept_stuck(); }
    /* Enables logging that kprobes are switched off; @loss: the lost feature.  Call only while loading. */
    static void depends_on_probes(const char* loss) noexcept;

    /* Starts logging each change; logs earlier changes at once.  Sleeps. */
    static void start_patrol() noexcept;
    static void stop_patrol() noexcept;
};

/* Names the switch in log lines. */
inline constexpr const char* kProbesAreOff =
    "kprobes are switched off (/sys/kernel/debug/kprobes/enabled)";

} // namespace sysvipc
