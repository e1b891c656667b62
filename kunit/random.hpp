// SPDX-License-Identifier: GPL-2.0
/* Random: pseudorandom numbers, the same in every run (splitmix64). */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

class Random {
public:
    constexpr explicit Random(u64 seed) noexcept : state_(seed) { }

    constexpr u64 next() noexcept
    {
        state_ += 0x9e3779b97f4a7c15;
        u64 mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
    /* From 0 to @bound - 1. */
    constexpr u32 below(u32 bound) noexcept
    {
        return static_cast<u32>(((next() >> 32) * bound) >> 32);
    }
    constexpr bool one_in(u32 times) noexcept { return below(times) == 0; }

private:
    u64 state_;
};

} // namespace sysvipc
