// SPDX-License-Identifier: GPL-2.0
/* Pids and pid namespaces: a process has a number in its namespace and in each above it. */
#pragma once

#include <atomic>

struct kapi_pid_ns {
    kapi_pid_ns* parent { nullptr };
    std::atomic<int> references { 1 };
    std::atomic<int> last { 0 };
};

struct kapi_pid {
    static constexpr int kMostLevels = 4;

    std::atomic<int> references { 1 };
    std::atomic<int> tasks { 0 }; /* that have it and live */
    struct {
        kapi_pid_ns* ns;
        int number;
    } levels[kMostLevels] {};
};

namespace hosted {

extern kapi_pid_ns initial_pid_ns;
/* The next number in @ns and in each above it. */
kapi_pid* create_pid(kapi_pid_ns& ns) noexcept;
kapi_pid_ns* create_pid_ns(kapi_pid_ns& parent) noexcept;

} // namespace hosted
