// SPDX-License-Identifier: GPL-2.0
/*
 * Armed: whether the means of interception work, now and while the module is loaded.  ftrace cannot be
 * switched off meanwhile.  kprobes can: this is detected and logged once each time, and so is their
 * return.
 */
#pragma once

#include <base/result.hpp>
#include <intercept/armed.h>

namespace sysvipc {

class Armed {
public:
    /*
     * Keeps ftrace from being switched off.  Not needed if another ftrace_ops of ours does, as
     * removing each costs a grace period.  Logs a failure.
     * Errors: EBUSY, ENODEV, ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> guard_ftrace() noexcept;
    static void stop() noexcept; /* after everything is unhooked; sleeps */
    /* Logs that an ftrace_ops could not be registered. */
    static void log_ftrace_error(Errno error) noexcept;

    /*
     * Checks that registered probes are hit; the first call registers a test probe.  Logs a
     * failure.  Only while loading.  Errors: EBUSY (switched off), ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> require_probes() noexcept;
    [[nodiscard]] static bool is_ftrace_dead() noexcept { return intercept_ftrace_is_dead(); }
    /* What could not be unhooked, or nullptr.  If there is something, code and data must stay. */
    [[nodiscard]] static const char* stuck() noexcept { return intercept_stuck(); }
    /* Log from now on if kprobes are switched off; @loss: what is lost then.  While loading. */
    static void depends_on_probes(const char* loss) noexcept;

    /* Logs each change from now on, and at once if something has changed already.  Sleeps. */
    static void start_patrol() noexcept;
    static void stop_patrol() noexcept;
};

/* Names the switch in log lines. */
inline constexpr const char* kProbesAreOff =
    "kprobes are switched off (/sys/kernel/debug/kprobes/enabled)";

} // namespace sysvipc
