// SPDX-License-Identifier: GPL-2.0
/* Wall-clock time in whole seconds, as in the *_stime and *_ctime fields; the monotonic clock; deadlines. */
#pragma once

#include <base/types.hpp>
#include <kapi/task.h>

namespace sysvipc {

[[nodiscard]] inline i64 real_seconds() noexcept
{
    return kapi_time_real_seconds();
}

/* The monotonic clock, in nanoseconds.  As expensive as a short call: use it only when sleeping. */
[[nodiscard]] inline i64 monotonic_now() noexcept
{
    return kapi_time_now();
}

/* A point on the monotonic clock, or never. */
class Deadline {
public:
    static constexpr Deadline never() noexcept { return Deadline { kNever }; }
    /* Precondition: both are not negative, and @nanoseconds is less than a second. */
    static Deadline after(i64 seconds, i64 nanoseconds) noexcept
    {
        return Deadline { kapi_time_deadline(seconds, nanoseconds) };
    }
    [[nodiscard]] constexpr bool is_never() const noexcept { return at_ == kNever; }
    [[nodiscard]] constexpr i64 nanoseconds() const noexcept { return at_; }

private:
    static constexpr i64 kNever = INT64_MAX;
    constexpr explicit Deadline(i64 at) noexcept : at_(at) { }
    i64 at_;
};

} // namespace sysvipc
