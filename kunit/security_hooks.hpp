// SPDX-License-Identifier: GPL-2.0
/*
 * TestHooks: security hooks that return a given result and record their calls.
 */
#pragma once

#include "tally.hpp"

#include <os/security.hpp>

namespace sysvipc {

struct TestHooks {
    static inline constinit Errno verdict {};
    static inline constinit Tally labelled {};
    static inline constinit Tally unlabelled {};
    static inline constinit Tally asked {};
    static inline constinit u32 flags { 0 }; /* of the last call */
    static inline constinit i32 command { 0 };

    [[nodiscard]] static Result<void> label(KernelPerm&) noexcept
    {
        if (verdict == Errno {})
            labelled.add_one();
        return verdict;
    }
    static void unlabel(KernelPerm&) noexcept { unlabelled.add_one(); }
    [[nodiscard]] static Result<void> may_open(KernelPerm&, u32 how) noexcept
    {
        asked.add_one();
        flags = how;
        return verdict;
    }
    [[nodiscard]] static Result<void> may_control(KernelPerm&, i32 what) noexcept
    {
        asked.add_one();
        command = what;
        return verdict;
    }
};

/* The result of the hooks while it lives. */
class Verdict : Pinned {
public:
    explicit Verdict(Errno verdict) noexcept { TestHooks::verdict = verdict; }
    ~Verdict() { TestHooks::verdict = Errno {}; }
};

} // namespace sysvipc
