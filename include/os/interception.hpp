// SPDX-License-Identifier: GPL-2.0
/*
 * Interception: one kernel function whose calls enter our code.  Interceptions: a group of them that starts and
 * stops together.
 *
 * Context: process, while the module is loading or unloading; both sleep.
 */
#pragma once

#include <base/assert.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <intercept/around.h>
#include <intercept/intercept.h>

namespace sysvipc {

using Interception = intercept_row;

class Interceptions : Pinned {
public:
    static constexpr u32 kMost = 40;

    /*
     * @landing: shared by all functions; sets @trial_hit when entered from @trial_place.
     * @common_landing, @marks: see intercept_group.
     */
    constexpr Interceptions(void (*landing)(), void (*common_landing)(), unsigned char* marks,
                            unsigned long* trial_place, bool* trial_hit) noexcept
        : group_ { .rows = rows_,
                   .results = results_,
                   .count = 0,
                   .landing = landing,
                   .common_landing = common_landing,
                   .marks = marks,
                   .trial_place = trial_place,
                   .trial_hit = trial_hit,
                   .shared_hook = nullptr,
                   .probes = nullptr,
                   .is_proven = false }
    {
    }

    /* Adds a function, at most kMost; call before start(). */
    void add(const Interception& interception) noexcept
    {
        if (invariant(group_.count < kMost))
            rows_[group_.count++] = interception;
    }

    /*
     * @allowed: bits of intercept_by.  Errors: as intercept_start(): ENOENT, EBUSY,
     * EOPNOTSUPP, ENODEV, ENOMEM, and @failed as there; the caller must then call stop().
     */
    [[nodiscard]] Result<void> start(u32 allowed, const char*& failed) noexcept
    {
        if (const int status = intercept_start(&group_, allowed, &failed))
            return from_kernel(status);
        return {};
    }
    /* On return no task is in a landing, except those that have blocked in a handler. */
    void stop() noexcept { intercept_end(&group_); }

    /* Loading is certain to succeed: tasks may pin the module from now on. */
    static void open() noexcept { intercept_around_open(); }

    /* True if ftrace was tested, and can no longer be switched off. */
    [[nodiscard]] bool is_proven() const noexcept { return group_.is_proven; }
    /* Calls @each(interception, result). */
    template <class Each>
    void for_each(const Each& each) const noexcept
    {
        for (u32 i = 0; i < group_.count; ++i)
            each(rows_[i], results_[i]);
    }

private:
    Interception rows_[kMost] {};
    intercept_result results_[kMost] {};
    intercept_group group_;
};

} // namespace sysvipc
