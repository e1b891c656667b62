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
     * Nobody can switch ftrace off from now on.  Not needed where another user of ours keeps it switched on: each
     * costs a grace period when it goes.  A log line tells why it fails.
     * Errors: EBUSY, ENODEV, ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> guard_ftrace() noexcept;
    static void stop() noexcept; /* when nothing is hooked any more; sleeps */
    /* The log line of a user of ftrace that could not be registered. */
    static void log_ftrace_error(Errno error) noexcept;

    /*
     * Probes that are registered are hit, as of now: the first to ask registers one to be tried.  A log line
     * tells if not.  While the module is loading.  Errors: EBUSY (they are switched off), ENOMEM.  Sleeps.
     */
    [[nodiscard]] static Result<void> require_probes() noexcept;
    [[nodiscard]] static bool is_ftrace_dead() noexcept { return intercept_ftrace_is_dead(); }
    /* What could not be unhooked; nullptr: nothing.  If there is something, all code and data have to stay. */
    [[nodiscard]] static const char* stuck() noexcept { return intercept_stuck(); }
    /* From now on it matters; @loss: without them, for a log line.  While the module is loading. */
    static void depends_on_probes(const char* loss) noexcept;

    /* A log line for each change from now on; at once if there is one already.  Sleeps. */
    static void start_patrol() noexcept;
    static void stop_patrol() noexcept;
};

/* Where the switch is, in log lines. */
inline constexpr const char* kProbesAreOff =
    "kprobes are switched off (/sys/kernel/debug/kprobes/enabled)";

} // namespace sysvipc
