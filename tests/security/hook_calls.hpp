// SPDX-License-Identifier: GPL-2.0
/*
 * Which security module functions a call calls, and with which arguments: expectations of them.
 */
#pragma once

#include "lib/harness.hpp"
#include "security/hook_trace.hpp"

#include <functional>
#include <string>
#include <vector>

// The expected description of a call, line by line.
using Calls = std::vector<std::string>;

inline std::string joined(const Calls& calls)
{
    std::string text;
    for (const std::string& call : calls)
        text += (text.empty() ? "" : ", ") + call;
    return text;
}

struct Trace : HookTrace {
    // `body` is a call, or a few.
    void expect(harness::Place place, const std::function<void()>& body, const Calls& calls)
    {
        harness::check_equal(place, "the calls", joined(calls_of(body)), joined(calls));
    }
};

#define EXPECT_CALLS(trace, body, ...)                                                             \
    (trace).expect(                                                                                \
        HERE, [&] { body; }, Calls { __VA_ARGS__ })

inline constexpr const char* kMayRead = "ipc_permission flag=0444";
inline constexpr const char* kMayWrite = "ipc_permission flag=0222";
