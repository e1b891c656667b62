// SPDX-License-Identifier: GPL-2.0
/*
 * Outcome: the result of a raw system call: a value or an errno, never both.
 */
#pragma once

#include <cerrno>
#include <cstring>
#include <ostream>

class [[nodiscard]] Outcome {
public:
    // Takes the result of syscall(2) and the errno that belongs to it.
    static Outcome of(long result) { return Outcome { result == -1 ? -errno : result }; }

    // Takes the kernel's own convention: a small negative number is an errno.
    static constexpr Outcome raw(long value) { return Outcome { value }; }
    static constexpr Outcome failure(int error) { return Outcome { -long { error } }; }

    constexpr bool ok() const { return value_ >= 0 || value_ < -kMostErrno; } // or an address
    constexpr long value() const { return value_; }
    constexpr long as_raw() const { return value_; }
    constexpr int error() const { return ok() ? 0 : static_cast<int>(-value_); }
    constexpr bool failed_with(int error) const { return !ok() && -value_ == error; }

    friend constexpr bool operator==(Outcome, Outcome) = default;

private:
    static constexpr long kMostErrno = 4095;

    explicit constexpr Outcome(long value) : value_ { value } { }

    long value_;
};

inline const char* errno_name(int error)
{
    const char* name = error == 0 ? "success" : strerrorname_np(error);
    return name ? name : "unknown errno";
}

inline std::ostream& operator<<(std::ostream& out, Outcome outcome)
{
    return outcome.ok() ? out << outcome.value() : out << errno_name(outcome.error());
}
